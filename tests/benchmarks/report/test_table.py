"""Tables as data: what they look like in Markdown and in LaTeX, whatever stands in them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.report.table import LATEX_PACKAGES, Cell, Page, is_number, latex, latex_text, table

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT / "results" / "reference"
HOSTILE = r"<script>a|b</script> \input{/etc/passwd} $x$ & 5 % #1 ~ ^ {_}"
PAGE = Page(
    "ring & co",
    (
        table(
            ["model", "JSD ↓ (nat)", "what | why"],
            [
                ["AE", Cell("0.10 ± 0.01†", "best", "(2 failed)"), "text"],
                [HOSTILE, Cell("0.11", "tie"), ""],
                ["GAN", Cell("–", "strong"), "x"],
            ],
            "Samples",
            brief=2,
        ),
    ),
    "An *introduction*.",
    ("**best**: 5 % of `code_x`.",),
)


def test_markdown() -> None:
    lines = PAGE.markdown().splitlines()
    assert lines[:9] == [
        "# ring & co", "", "An *introduction*.", "", "## Samples", "", "| model | JSD ↓ (nat) | what \\| why |",
        "| --- | --- | --- |", "| AE | 0.10 ± 0.01† **best** (2 failed) | text |",
    ]  # fmt: skip
    assert lines[-3:] == ["| GAN | **–** | x |", "", "**best**: 5 % of `code_x`."]
    rows = [line for line in lines if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {4}
    assert "\\<script>" in rows[3] and not re.search(r"(?<!\\)<script", PAGE.markdown())


def test_latex() -> None:
    text = PAGE.latex("ring")
    assert r"\begin{tabular}{lr}" in text  # what is text only has no place on paper
    assert r"\textbf{0.10 \ensuremath{\pm} 0.01{\textdagger}} (2 failed) \\" in text
    assert r"0.11\,$\approx$ \\" in text
    assert r"\label{tab:ring-samples}" in text
    assert r"\noindent{\footnotesize \textbf{best}: 5 \% of \texttt{code\_x}.\par}" in text
    for rule in ("toprule", "midrule", "bottomrule"):
        assert text.count(f"\\{rule}") == 1


@given(st.text(max_size=40))
def test_whatever_stands_in_a_cell_is_no_command(text: str) -> None:
    """No brace opens or closes that was not ours, nothing is left that LaTeX would act on."""
    made = latex(text)
    assert made.isascii() and "\n" not in made
    outside = re.sub(r"\\ensuremath\{[^{}]*(\{[^{}]*\}[^{}]*)*\}", "", made)
    assert not set("%&#$_^~\\") & set(re.sub(r"\\([A-Za-z]+|.)", "", outside))
    depth = 0
    for character in re.sub(r"\\[\\{}]", "", made):
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0


def test_emphasis_in_latex() -> None:
    assert latex_text("a *b_c* and **d** `e`") == r"a \emph{b\_c} and \textbf{d} \texttt{e}"


@pytest.mark.parametrize(
    ("text", "number"),
    [("1.2 ± 0.1", True), ("-3", True), ("(0.28)", True), ("–", True), ("< 0.0001", True), ("AE", False)],
)
def test_what_is_a_number(text: str, number: bool) -> None:
    assert is_number(text) == number


def compiled(folder: Path, texts: dict[str, str]) -> str:
    """A document that takes these tables in, made by pdflatex; its log."""
    for name, text in texts.items():
        (folder / f"{name}.tex").write_text(text, encoding="utf-8")
    packages = "".join(f"\\usepackage{{{name}}}" for name in LATEX_PACKAGES)
    body = "".join(f"\\input{{{name}}}\\clearpage" for name in texts)
    document = (
        f"\\documentclass{{article}}\\usepackage[T1]{{fontenc}}{packages}\\begin{{document}}{body}\\end{{document}}"
    )
    (folder / "document.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "document.tex"]
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout[-2000:]
    return (folder / "document.log").read_text(encoding="utf-8", errors="replace")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex")
def test_tables_compile(tmp_path: Path) -> None:
    """Those of the committed reference, and one with hostile names."""
    from benchmarks.report.results import Results
    from benchmarks.report.write import pages_of

    pages = {name: page.latex(name) for name, page in pages_of(Results(REFERENCE)).items()}
    log = compiled(tmp_path, {**pages, "hostile": PAGE.latex("hostile")})
    assert "Missing character" not in log and "passwd" not in log.replace("/etc/passwd}", "")
