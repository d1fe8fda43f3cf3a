"""Tables and the pages that hold them, as data; written here as Markdown and LaTeX, and as HTML by the web report.

Texts (introductions and notes) are Markdown without HTML; headings and cells are plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pylatexenc.latexencode import RULE_DICT, UnicodeToLatexConversionRule, UnicodeToLatexEncoder

Mark = Literal["", "best", "tie", "strong"]
"""The best of a column, not told from the best, or to be set in bold."""
IN_MARKDOWN: dict[Mark, str] = {"": "{}", "best": "{} **best**", "tie": "{} ≈", "strong": "**{}**"}
IN_LATEX: dict[Mark, str] = {"": "{}", "best": r"\textbf{{{}}}", "tie": r"{}\,$\approx$", "strong": r"\textbf{{{}}}"}
LATEX_PACKAGES = ("booktabs", "graphicx", "textcomp", "amssymb")
"""What a document that takes a table in must load."""
FURTHER = {
    ord("⚑"): r"\ensuremath{\triangleright}",
    ord("✓"): r"\ensuremath{\checkmark}",
    ord("✗"): r"\ensuremath{\times}",
    ord("⚠"): r"(!)",
    0x0302: r"\textasciicircum{}",  # combining, which stands after its letter
}
"""Characters that pylatexenc does not know."""
EMPHASIS = re.compile(r"(\*\*|\*|`)(.+?)\1")
COMMANDS = {"**": "textbf", "*": "emph", "`": "texttt"}


@dataclass(frozen=True)
class Cell:
    """A cell: its text, how it is marked, and what stands behind it (failed seeds, say)."""

    text: str
    mark: Mark = ""
    note: str = ""

    def markdown(self) -> str:
        """Text, mark and note, escaped."""
        text = escape(self.text)
        return " ".join(filter(None, (IN_MARKDOWN[self.mark].format(text) if text else "", escape(self.note))))

    def latex(self) -> str:
        """The same, escaped."""
        return " ".join(filter(None, (IN_LATEX[self.mark].format(latex(self.text)), latex(self.note))))


Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A header and rows of as many cells.

    Attributes:
        header: titles of the columns.
        rows: from top to bottom.
        heading: of the table, where a page has several.
        brief: how many columns from the left a printed page has room for; the rest is text. 0: all.
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    heading: str = ""
    brief: int = 0

    def markdown(self) -> str:
        """A Markdown table below its heading."""
        text = markdown_table(map(escape, self.header), ([cell.markdown() for cell in row] for row in self.rows))
        return f"## {self.heading}\n\n{text}" if self.heading else text

    def latex(self, caption: str, label: str) -> str:
        """A ``table`` with rules as booktabs draws them, no wider than the text."""
        kept = self.brief or len(self.header)
        alignments = "".join("r" if numeric else "l" for numeric in self.numeric()[:kept])
        lines = [
            r"\begin{table}",
            r"\centering\small",
            rf"\caption{{{latex_text(caption)}}}",
            rf"\label{{tab:{re.sub('[^a-z0-9-]+', '-', label.lower()).strip('-')}}}",
            r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
            rf"\begin{{tabular}}{{{alignments}}}",
            r"\toprule",
            " & ".join(map(latex, self.header[:kept])) + r" \\",
            r"\midrule",
            *(" & ".join(cell.latex() for cell in row[:kept]) + r" \\" for row in self.rows),
            r"\bottomrule",
            r"\end{tabular}}",
            r"\end{table}",
        ]
        return "\n".join(lines) + "\n"

    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold numbers."""
        return tuple(
            all(is_number(row[index].text) for row in self.rows) and any(row[index].text for row in self.rows)
            for index in range(len(self.header))
        )


@dataclass(frozen=True)
class Page:
    """A title, tables one below the other, and what is to be read with them."""

    title: str
    tables: tuple[Table, ...]
    introduction: str = ""
    notes: tuple[str, ...] = ()

    def markdown(self) -> str:
        """The whole page."""
        parts = (f"# {self.title}", self.introduction, *(table.markdown() for table in self.tables), *self.notes)
        return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"

    def latex(self, label: str) -> str:
        """Every table of the page, to be taken in by ``\\input``; the notes as a paragraph below."""
        packages = ", ".join(LATEX_PACKAGES)
        parts = [f"% packages: {packages}"]
        for table in self.tables:
            name = ": ".join(filter(None, (self.title, table.heading)))
            parts.append(table.latex(f"{name}.", f"{label} {table.heading}"))
        notes = [latex_text(note) for note in self.notes]
        return "\n".join([*parts, *(rf"\noindent{{\footnotesize {note}\par}}" for note in notes)]) + "\n"


def table(header: Iterable[str], body: Iterable[Sequence[str | Cell]], heading: str = "", brief: int = 0) -> Table:
    """A table of cells or texts."""
    rows = tuple(tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row) for row in body)
    return Table(tuple(header), rows, heading, brief)


def markdown_table(header: Iterable[str], body: Iterable[Iterable[str]]) -> str:
    """A Markdown table of cells that are Markdown already; bare pipes are escaped."""
    names = list(header)
    rows = ([re.sub(r"(?<!\\)\|", r"\\|", str(cell)) for cell in row] for row in (names, ["---"] * len(names), *body))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def escape(text: str) -> str:
    """Plain text for a cell of a Markdown table: what would end the cell, or begin a tag, is escaped."""
    return re.sub(r"\||<(?=[A-Za-z/!?])", r"\\\g<0>", text)


def is_number(text: str) -> bool:
    """Whether a cell's text is a number, perhaps with an interval or a unit, or stands for a missing one."""
    return not text or text[0] in "–<∞" or bool(re.match(r"[-−(]?\d", text))


def latex(text: str) -> str:
    """Plain text for LaTeX: special characters and those beyond ASCII as commands, what no font has as a question mark."""
    return _encoder().unicode_to_latex(" ".join(text.split()))


def latex_text(text: str) -> str:
    """Markdown of one paragraph for LaTeX: emphasis and code; the rest is plain."""
    parts, end = [], 0
    for found in EMPHASIS.finditer(text):
        parts += [latex_keeping_ends(text[end : found.start()]), f"\\{COMMANDS[found[1]]}{{{latex(found[2])}}}"]
        end = found.end()
    return "".join([*parts, latex_keeping_ends(text[end:])])


def latex_keeping_ends(text: str) -> str:
    """As :func:`latex`, with a space at either end where there was one."""
    inner = latex(text)
    return f"{' ' * text[:1].isspace()}{inner}{' ' * text[-1:].isspace()}" if inner else text[:1] and " "


@cache
def _encoder() -> UnicodeToLatexEncoder:
    own = UnicodeToLatexConversionRule(RULE_DICT, FURTHER)
    return UnicodeToLatexEncoder(
        conversion_rules=[own, "defaults"], unknown_char_policy="replace", unknown_char_warning=False
    )
