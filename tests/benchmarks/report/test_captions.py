"""Words for pictures: of all that there are, and none said twice."""

from __future__ import annotations

from benchmarks.claims import CLAIMS
from benchmarks.report.captions import OF_CLAIMS, OF_DATA, OF_RUN, OVERVIEW, SETTINGS, of_claim
from benchmarks.report.claims import PICTURES
from benchmarks.report.claims.strips import ROWS
from benchmarks.report.write import FIGURES, PAGES, RUN_FIGURES


def test_every_picture_has_words() -> None:
    assert set(OF_DATA) == set(FIGURES)
    assert {name for pictures in OF_RUN.values() for name in pictures} | {"overview", "verdicts"} == set(RUN_FIGURES)
    assert set(OF_RUN) <= set(PAGES)
    assert set(OF_CLAIMS) | set(ROWS) == set(PICTURES) and not set(OF_CLAIMS) & set(ROWS)
    assert {of_claim(name) for name in set(CLAIMS) - set(PICTURES)} == {SETTINGS}


def test_what_is_read_out_is_not_what_stands_below() -> None:
    for one in (OVERVIEW, *OF_DATA.values(), *(one for pictures in OF_RUN.values() for one in pictures.values())):
        assert one.alt and one.text and one.alt not in one.text and one.text not in one.alt
    for name in PICTURES:
        words = of_claim(name)
        assert 40 < len(words) < 250 and not words.endswith(".")
