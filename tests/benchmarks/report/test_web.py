"""The web report: whole, offline, and nothing in it can do harm."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import math
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright
from playwright.sync_api import Page as PlaywrightPage

from benchmarks.analysis.verdicts import judge
from benchmarks.claims.spec import Claim, Evidence, Margin, Setting
from benchmarks.command_line import main
from benchmarks.report.results import Results
from benchmarks.report.style import MODEL_COLOURS, VERDICT_COLOURS
from benchmarks.report.web.chart import WIDTH, charts
from benchmarks.report.web.page import report_html
from benchmarks.report.web.pictures import shrunk, sprites
from benchmarks.report.web.playground import LEVELS, courses, packed, planes
from benchmarks.report.write import REPORT, pages_of, write_figure

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT / "results" / "reference"
LIMIT = 8_000_000

committed = pytest.mark.skipif(not REFERENCE.exists(), reason="no committed reference results in this checkout")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the committed results, made as users make it."""
    target = tmp_path_factory.mktemp("report")
    assert main(["report", str(REFERENCE), "--to", str(target), "--jobs", "2", "--quiet"]) == 0
    return target


class Reader(HTMLParser):
    """Tags with attributes, and what is nested wrongly."""

    VOID = frozenset({"meta", "img", "input", "br", "hr", "link"})

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    return reader


@committed
def test_every_claim_and_comparison_has_its_place(report: Path) -> None:
    text = (report / REPORT).read_text(encoding="utf-8")
    page, results = read(text), Results(REFERENCE)
    assert not page.wrong and not page.open
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert {f"claim-{name}" for name in results.claims} | {f"data-{name}" for name in results.datasets} <= set(ids)
    links = {attributes["href"] for tag, attributes in page.tags if tag == "a"}
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    rows = [attributes for tag, attributes in page.tags if tag == "tr" and "data-verdict" in attributes]
    assert [(row["data-name"], row["data-verdict"]) for row in rows] == [(r.claim, r.verdict) for r in results.verdicts]
    assert sum("play" in attributes.get("id", "") for _, attributes in page.tags) > 0
    kinds = [attributes["class"] for tag, attributes in page.tags if attributes.get("class", "").startswith("toy ")]
    assert set(kinds) == {"toy plane", "toy course", "toy walk"}
    assert len(text.encode()) <= LIMIT


def test_small_pictures_keep_the_models_colours(tmp_path: Path) -> None:
    """A few coloured pixels beside very many grey ones of every shade."""
    grey = np.random.default_rng(0).integers(0, 256, (600, 800, 1), np.uint8)
    pixels = np.repeat(grey, 3, axis=2)
    colours = [np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) for colour in MODEL_COLOURS.values()]
    for index, colour in enumerate(colours):
        pixels[10:14, 20 * index : 20 * index + 12] = colour
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    with Image.open(io.BytesIO(shrunk(tmp_path / "picture.png"))) as small:
        found = np.asarray(small.convert("RGB"), int)
    for index, colour in enumerate(colours):
        assert np.abs(found[12, 20 * index + 6] - colour).max() <= 20


@committed
def test_pictures_have_words_and_sizes(report: Path) -> None:
    page = read((report / REPORT).read_text(encoding="utf-8"))
    images = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(images) > 20
    assert all(len(image["alt"]) > 10 and int(image["width"]) > 0 for image in images)
    charts_ = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert charts_ and all(chart["aria-label"].startswith("effect ") for chart in charts_)


@committed
def test_nothing_is_fetched_and_the_policy_allows_what_is_there(report: Path) -> None:
    text = (report / REPORT).read_text(encoding="utf-8")
    page = read(text)
    for _, attributes in page.tags:
        assert attributes.get("src", "data:image/png;base64,").startswith("data:image/png;base64,")
        assert not {name for name in attributes if name.startswith("on") or name == "style"}
    (policy,) = [a["content"] for t, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; img-src data:;")
    for tag in ("style", "script"):
        inline = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert len(inline) == 1
        assert f"'sha256-{base64.b64encode(hashlib.sha256(inline[0].encode()).digest()).decode()}'" in policy
    assert "unsafe" not in policy


@committed
@pytest.mark.parametrize(
    ("name", "subject"), [("verdicts", None), ("samples", "ring"), ("claim", "gans-differ-little")]
)
def test_pictures_are_the_same_bytes_again(report: Path, tmp_path: Path, name: str, subject: str | None) -> None:
    write_figure(Results(REFERENCE), tmp_path, name, subject)
    made = list(tmp_path.iterdir())
    assert {path.suffix for path in made} == {".png", ".svg", ".pdf"}
    assert all(path.read_bytes() == (report / "figures" / path.name).read_bytes() for path in made)


@committed
def test_the_page_is_the_same_bytes_again(report: Path) -> None:
    results = Results(REFERENCE)
    assert report_html(results, pages_of(results), report / "figures").encode() == (report / REPORT).read_bytes()


def test_what_cannot_be_reported_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path)]) == 2
    assert "is not a results directory: it has no run.json" in capsys.readouterr().err
    assert main(["report", str(REFERENCE), "--jobs", "0"]) == 2
    assert not list(tmp_path.iterdir())
    (tmp_path / "run.json").write_text("another run's")
    assert main(["report", str(REFERENCE), "--to", str(tmp_path)]) == 2
    assert "holds the results of another run; give another place" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def claim(kind: str, direction: str = "higher", scale: str = "difference", margin: float = 1.0) -> Claim:
    groups = {name: Evidence(measure="m", metric="jsd-hist") for name in ("a", "b")}
    if kind in ("bound", "proportion"):
        groups.pop("b")
    return Claim.model_validate(
        {
            "id": "one", "statement": "s", "document": "003", "passage": "p", "kind": kind, "quantity": "q", "contrast": "c",
            "direction": direction, "scale": scale, "family": "primary",
            "margin": Margin(value=margin, unit="nat", reason="r"),
            "settings": (Setting(label="ring", dataset="ring", groups=groups),),
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "direction", "scale", "a", "b", "verdict"),
    [
        ("superiority", "higher", "difference", 5.0, 0.0, "supported"),
        ("superiority", "higher", "difference", 0.0, 5.0, "refuted"),
        ("superiority", "lower", "ratio", 1.0, 9.0, "supported"),
        ("equivalence", "higher", "difference", 0.0, 0.1, "supported"),
        ("equivalence", "higher", "difference", 0.0, 5.0, "refuted"),
        ("bound", "lower", "difference", 0.1, 0.0, "supported"),
        ("bound", "lower", "difference", 5.0, 0.0, "refuted"),
        ("bound", "higher", "difference", 5.0, 0.0, "supported"),
    ],
)
def test_an_effect_lies_in_the_green_where_the_claim_is_supported(
    kind: str, direction: str, scale: str, a: float, b: float, verdict: str
) -> None:
    """And outside where it is refuted, whole interval and all."""
    noise = 0.05 * np.linspace(-1, 1, 8)
    one = claim(kind, direction, scale, 2.0 if scale == "ratio" else 1.0)
    values = {"a": a + noise, "b": b + noise[::-1]}
    (result,) = judge([one], {"one": {"ring": {name: values[name] for name in one.settings[0].groups}}}, {"primary": 1})
    assert result.verdict == verdict
    (chart,) = charts(one, result.settings)
    assert chart is not None and chart.low is not None and chart.high is not None and chart.at is not None
    assert 0 <= chart.low <= chart.at <= chart.high <= WIDTH
    low, high = chart.support
    inside = low <= chart.low and chart.high <= high
    outside = chart.high <= low or chart.low >= high
    assert inside if verdict == "supported" else outside


def test_points_are_packed_and_come_back() -> None:
    points = np.array([[[0.0, 3.0], [-3.0, 1.5]], [[9.0, np.nan], [-9.0, 0.0]]])
    levels = np.frombuffer(base64.b64decode(packed(points, 3.0)), np.uint8).reshape(points.shape).astype(int) - LEVELS
    assert (3.0 * levels / LEVELS)[0] == pytest.approx(points[0], abs=0.02)
    assert levels[1].tolist() == [[LEVELS, LEVELS], [-LEVELS, 0]]


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (2, 3, 3, 4, 5)])
def test_sprites_lie_where_they_are_cut(shape: tuple[int, ...]) -> None:
    from io import BytesIO

    from PIL import Image

    images = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    sheet = np.asarray(Image.open(BytesIO(base64.b64decode(sprites(images).partition(",")[2]))))
    shown = images if images.ndim == 4 else np.moveaxis(images, 2, -1)
    assert sheet.shape[:2] == (2 * 4, 3 * 5)
    assert (sheet[4:8, 10:15] == shown[1, 2]).all()


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.1)."""
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.1)."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@committed
def test_text_can_be_read_in_light_and_dark(report: Path) -> None:
    """WCAG AA: 4.5 to 1, for text on paper and panels and for words on badges."""
    text = (report / REPORT).read_text(encoding="utf-8")
    style = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)[0]
    themes = [
        dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    ]
    assert len(themes) == 3
    for theme in themes:
        for ink in ("ink", "soft", "link"):
            for paper in ("paper", "panel"):
                assert contrast({**themes[0], **theme}[ink], {**themes[0], **theme}[paper]) >= 4.5, (ink, paper)
    badges = dict(re.findall(r"\.badge\.([a-z-]+) \{ background: (#[0-9A-Fa-f]{6})", style))
    assert len(badges) >= len(VERDICT_COLOURS)
    assert all(contrast("#ffffff", colour) >= 4.5 for colour in badges.values()), badges


CHROMIUM = Path(os.environ.get("FAIRTRIAL_CHROMIUM") or shutil.which("chromium") or "/nonexistent")
QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)
in_browser = pytest.mark.skipif(
    not CHROMIUM.exists(), reason="no chromium (apt-get install chromium, or set FAIRTRIAL_CHROMIUM)"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield browser
        browser.close()


@dataclass
class Seen:
    """What a page complained of and asked for."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def opened(browser: Browser, path: Path, part: str = "", width: int = 1280) -> tuple[PlaywrightPage, Seen]:
    """A page at its part."""
    page, seen = browser.new_page(viewport={"width": width, "height": 900}), Seen()
    page.on(
        "console", lambda message: seen.errors.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith("data:") else seen.requests.append(request.url))
    page.goto(f"file://{path}{part}")
    page.wait_for_load_state()
    return page, seen


PARTS = ("", "#play", "#claim-quality-order", "#data-ring", "#data-digits", "#sure", "#made")


@committed
@in_browser
def test_no_error_no_request_and_no_sideways_scrolling(report: Path, browser: Browser) -> None:
    """At 360 pixels too."""
    for width in (1280, 360):
        for part in PARTS:
            page, seen = opened(browser, report / REPORT, part, width)
            assert not seen.errors, (part, seen.errors)
            assert [url.partition("#")[0] for url in seen.requests] == [f"file://{report / REPORT}"]
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (part, width)
            page.close()


def names(page: PlaywrightPage) -> list[str]:
    """Claims on the board, from top to bottom."""
    rows = page.locator("#board tbody tr:visible")
    return [str(rows.nth(index).get_attribute("data-name")) for index in range(rows.count())]


@committed
@in_browser
def test_the_board_is_filtered_and_sorted(report: Path, browser: Browser) -> None:
    results = Results(REFERENCE)
    verdicts = {one.claim: one for one in results.verdicts}
    page, _ = opened(browser, report / REPORT)
    assert names(page) == list(verdicts)
    page.select_option("select[name=verdict]", "supported")
    supported = [name for name, one in verdicts.items() if one.verdict == "supported"]
    assert names(page) == supported and page.inner_text("#shown") == f"{len(supported)} of {len(verdicts)} claims"
    page.select_option("select[name=verdict]", "")
    page.select_option("select[name=document]", "004")
    assert names(page) == [name for name in verdicts if "004" in results.claims[name].document]
    page.select_option("select[name=document]", "")
    page.select_option("select[name=dataset]", "spiral")
    spiral = [n for n, c in results.claims.items() if any(s.dataset == "spiral" for s in c.settings)]
    assert spiral and names(page) == spiral
    page.select_option("select[name=dataset]", "")
    page.fill("input[name=text]", "denois")
    assert set(names(page)) == {
        name for name in names(page) if "denois" in page.inner_text(f"tr[data-name={name}]").lower()
    }
    page.fill("input[name=text]", "")
    for column, key in (("name", lambda name: name), ("p", lambda name: np.nan_to_num(verdicts[name].p, nan=2.0))):
        page.click(f"th[data-sort={column}] button")
        assert [key(name) for name in names(page)] == sorted(map(key, verdicts))
        page.click(f"th[data-sort={column}] button")
        assert [key(name) for name in names(page)] == sorted(map(key, verdicts), reverse=True)
        assert page.get_attribute(f"th[data-sort={column}]", "aria-sort") == "descending"
    page.close()


@committed
@in_browser
def test_where_the_board_has_no_head_it_is_ordered_by_a_list(report: Path, browser: Browser) -> None:
    verdicts = [one.claim for one in Results(REFERENCE).verdicts]
    page, seen = opened(browser, report / REPORT, width=360)
    assert not page.is_visible("#board thead")
    page.select_option("select[name=order]", "name")
    assert names(page) == sorted(verdicts)
    page.select_option("select[name=order]", "")
    assert names(page) == verdicts and not seen.errors
    page.close()
    page, _ = opened(browser, report / REPORT)
    assert not page.is_visible("select[name=order]") and page.is_visible("#board thead")
    page.close()


@committed
def test_no_picture_is_read_out_in_the_words_below_it(report: Path) -> None:
    figures = re.findall(
        r'<img [^>]*alt="([^"]*)"[^>]*><figcaption>(.*?)</figcaption>', (report / REPORT).read_text(encoding="utf-8")
    )
    assert len(figures) > 40
    assert all(alt and below and alt != below for alt, below in figures)


@committed
@in_browser
def test_a_claims_page_opens_and_can_be_cited(report: Path, browser: Browser) -> None:
    page, seen = opened(browser, report / REPORT)
    page.click("a[href='#claim-quality-order']")
    assert page.is_visible("#claim-quality-order") and not page.is_visible("#verdicts")
    assert page.locator("article:visible").count() == 1
    page.click("#claim-quality-order details.cite summary")
    assert "[1] The Fairtrial authors" in page.inner_text("#claim-quality-order details.cite pre >> nth=0")
    page.click("#claim-quality-order .copy >> nth=0")
    expect(page.locator("#claim-quality-order .copy").first).to_have_text("copied")
    page.go_back()
    assert page.is_visible("#verdicts") and not seen.errors
    page.close()


def picture_of(page: PlaywrightPage, canvas: str) -> str:
    """What a canvas shows."""
    return str(page.locator(canvas).first.evaluate("canvas => canvas.toDataURL()"))


@committed
@in_browser
def test_draws_beyond_the_picture_are_counted(report: Path, browser: Browser) -> None:
    page, _ = opened(browser, report / REPORT, "#play")
    said = page.locator(".course .arm small").all_inner_texts()
    shares = []
    for course in courses(Results(REFERENCE)):
        for arm in course["arms"]:
            points = np.frombuffer(base64.b64decode(arm["points"]), np.uint8).reshape(len(arm["shares"]), -1, 2)
            shares.append(np.isin(points[-1], (0, 254)).any(axis=1).mean())
    assert said == [f"{math.floor(100 * share + 0.5)} % outside the picture" for share in shares]
    assert min(shares) == 0 and max(shares) > 0.5
    page.close()


@committed
@in_browser
def test_everything_moves(report: Path, browser: Browser) -> None:
    """By pointer, by keyboard and by the button, whose time is the test's own: a busy machine plays no steps too many."""
    page, seen = opened(browser, report / REPORT, "#play")
    page.wait_for_function(
        """() => [...document.querySelectorAll(".toy canvas")].every((canvas) =>
            canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value))"""
    )
    field = page.locator(".plane canvas.field").first
    box = field.bounding_box()
    assert box is not None
    shown = {picture_of(page, ".plane canvas.decoded")}
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    assert page.get_attribute(".plane", "data-place") == "0,0"
    shown.add(picture_of(page, ".plane canvas.decoded"))
    field.focus()
    for key, place in (("ArrowRight", "0,1"), ("ArrowDown", "1,1"), ("ArrowLeft", "1,0"), ("ArrowUp", "0,0")):
        page.keyboard.press(key)
        assert page.get_attribute(".plane", "data-place") == place
    page.keyboard.press("End")
    assert page.get_attribute(".plane", "data-place") == f"0,{planes(Results(REFERENCE))[0]['arms'][0]['columns'] - 1}"
    page.keyboard.press("Home")
    assert page.get_attribute(".plane", "data-place") == "0,0"
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + box["height"] - 3)
    shown.add(picture_of(page, ".plane canvas.decoded"))
    assert len(shown) == 3
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    for toy, canvas in ((".course", ".course canvas"), (".walk", ".walk canvas")):
        slider = page.locator(f"{toy} input[type=range]").first
        last = picture_of(page, canvas)
        slider.focus()
        page.keyboard.press("Home")
        first = picture_of(page, canvas)
        assert first != last
        page.keyboard.press("End")
        assert picture_of(page, canvas) == last
        page.click(f"{toy} button >> nth=0")
        page.clock.run_for(1000)
        expect(slider).to_have_value("2")
        page.click(f"{toy} button >> nth=0")
        assert page.inner_text(f"{toy} button >> nth=0") == "play"
        page.clock.run_for(5000)
        expect(slider).to_have_value("2")
    before = page.get_attribute(".walk", "data-step")
    page.click(".walk button >> nth=1")
    assert page.get_attribute(".walk", "data-step") != before
    assert not seen.errors
    page.close()


@committed
@in_browser
def test_a_tap_moves_the_plane(report: Path, browser: Browser) -> None:
    """A finger that is put down and lifted moves nothing on its way."""
    context = browser.new_context(has_touch=True, viewport={"width": 400, "height": 900})
    page = context.new_page()
    page.goto(f"file://{report / REPORT}#play")
    field = page.locator(".plane canvas.field").first
    field.scroll_into_view_if_needed()
    field.tap(position={"x": 3, "y": 3})
    assert page.get_attribute(".plane", "data-place") == "0,0"
    context.close()


@committed
@in_browser
def test_on_paper_everything_is_open_and_nothing_cut_off(report: Path, browser: Browser) -> None:
    """Afterwards what was closed is closed again."""
    page, _ = opened(browser, report / REPORT, "#claim-quality-order")
    closed = page.locator("details:not([open])").count()
    assert closed > 40
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1030, "height": 700})  # A4 across, less its margins, in CSS pixels
    assert page.locator("#verdicts").is_visible()
    wide = page.evaluate("[...document.querySelectorAll('table.data')].map((one) => one.getBoundingClientRect().right)")
    assert max(wide) <= 1030
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert page.locator("details:not([open])").count() == closed
    assert not page.locator("#verdicts").is_visible()
    page.close()


@committed
@in_browser
def test_print_shows_all_of_it(report: Path, browser: Browser) -> None:
    page, _ = opened(browser, report / REPORT, "#claim-quality-order")
    page.emulate_media(media="print")
    assert page.locator("article:visible").count() == len(Results(REFERENCE).claims)
    assert not page.is_visible("nav") and not page.is_visible("#play") and not page.is_visible("#filters")
    assert len(page.pdf()) > 100_000
    page.close()


@in_browser
def test_hostile_names_do_nothing(tmp_path: Path, browser: Browser) -> None:
    """In every text that a user, or a results directory from elsewhere, can bring in."""
    if not REFERENCE.exists():
        pytest.skip("no committed reference results in this checkout")
    root = tmp_path / "results"
    shutil.copytree(REFERENCE, root)
    evil = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    run = json.loads((root / "run.json").read_text(encoding="utf-8"))
    run["notes"] = [evil]
    run["profile"] = evil
    for facts in run["datasets"].values():
        facts["summary"] = facts["licence"] = evil
    for entry in run["measurements"]:
        entry["arm"] = entry["arm"] and f"{entry['arm']}{evil}"
    (root / "run.json").write_text(json.dumps(run), encoding="utf-8")
    trial = json.loads((root / "claims.json").read_text(encoding="utf-8"))
    for one in trial["claims"].values():
        one["statement"] = one["quantity"] = one["contrast"] = one["passage"] = evil
    (root / "claims.json").write_text(json.dumps(trial), encoding="utf-8")
    provenance = json.loads((root / "provenance.json").read_text(encoding="utf-8"))
    (root / "provenance.json").write_text(json.dumps({**provenance, "command": [evil]}), encoding="utf-8")
    results = Results(root)
    path = tmp_path / REPORT
    path.write_text(report_html(results, pages_of(results), tmp_path), encoding="utf-8")
    page, seen = opened(browser, path)
    page.wait_for_timeout(200)
    assert page.title().startswith("Generative models on trial") and "owned" not in page.evaluate(
        "document.title"
    ).replace(evil, "")
    assert not seen.errors and len(seen.requests) == 1
    assert (
        page.locator("img[src=x]").count() == 0
        and page.locator("script").count() == 1 + page.locator(".toy script").count()
    )
    assert evil in page.inner_text("#verdicts")
    page.close()
