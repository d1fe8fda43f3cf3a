"""The contract over the registry of claims: what it names exists, fits together, and can be judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from benchmarks.analysis.verdicts import judge
from benchmarks.claims import CLAIMS, TOPICS
from benchmarks.claims.spec import Claim, ClaimKind, Evidence, Family, Margin, Setting
from benchmarks.datasets import DATASETS
from benchmarks.datasets.variations import VARIATIONS
from benchmarks.evaluation import MEASURES
from benchmarks.experiments import EXPERIMENTS
from benchmarks.experiments.base import Request, samplers_of
from benchmarks.experiments.claims import TRIALS, evidence_measurements, settings_in
from benchmarks.recipes import RECIPES
from benchmarks.specs import PROFILES, Block, Measurement, Network, Profile, Training, canonical_json
from metrics import base_name
from metrics.features import in_domain_extractor
from models import MODELS
from models.scoring import ScoringModel

EVERY = pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS.keys())
GROUPS: dict[ClaimKind, int] = {
    "superiority": 2, "ordering": 2, "optimum": 2, "equivalence": 2, "bound": 1, "proportion": 1, "association": 1,
    "variance": 2, "exact": 1, "descriptive": 1,
}  # fmt: skip
"""How many groups a kind needs at least."""
SEEDS = ((1000, 1001),)


def evidence_of(claim: Claim, settings: tuple[Setting, ...] | None = None) -> Iterator[tuple[Setting, str, Evidence]]:
    """Of these settings, or of all, those on further data sets among them."""
    if settings is None:
        own = claim.settings + claim.controls
        settings = own + tuple(setting.on(name) for setting in own for name in setting.elsewhere)
    for setting in settings:
        for name, evidence in setting.groups.items():
            yield setting, name, evidence


def measured(setting: Setting, evidence: Evidence, profile: Profile = "full") -> Measurement:
    request = Request(setting.dataset, profile, SEEDS, RECIPES[setting.dataset].samples)
    (measurement,) = evidence_measurements(evidence, request)
    return measurement


@EVERY
def test_every_measure_gives_the_metrics_that_evidence_names(claim: Claim) -> None:
    """Once and no more on its data set, whose own extractor alone looks at its images."""
    for setting, _, evidence in evidence_of(claim):
        own = in_domain_extractor(setting.dataset)
        names = MEASURES[evidence.measure].names(setting.dataset, (own,) if own else ())
        bases = [base_name(name) for name in names]
        for metric in filter(None, (evidence.metric, evidence.against)):
            among = names if "[" in metric else bases
            assert among.count(metric) == 1, (setting.label, evidence.measure, metric)
        kind = {"mixture": "mixture", "image": "images"}.get(evidence.measure.partition("-")[0])
        assert kind in (None, DATASETS[setting.dataset].kind), (setting.label, evidence.measure)


@EVERY
@pytest.mark.parametrize("profile", PROFILES)
def test_all_evidence_is_of_valid_blocks(claim: Claim, profile: Profile) -> None:
    for setting, _, evidence in evidence_of(claim, settings_in(claim, profile)):
        measurement = measured(setting, evidence, profile)
        block = measurement.block
        assert ("n" in measurement.options) or not evidence.samples
        if block is None:
            assert not evidence.settings and not evidence.network and not evidence.training and evidence.budget == 1
            continue
        # replaced fields are not checked when they are replaced
        assert set(evidence.network) <= set(Network.model_fields)
        assert set(evidence.training) <= set(Training.model_fields) - {"updates"}
        assert Block.model_validate_json(canonical_json(block)) == block
        model = MODELS[block.model]
        assert model.Settings(**block.settings).model_dump(mode="json") == block.settings
        plain = {name: value for name, value in evidence.settings.items() if not isinstance(value, dict)}
        assert plain.items() <= block.settings.items()


@EVERY
def test_options_can_be_had_from_the_model(claim: Claim) -> None:
    for setting, _, evidence in evidence_of(claim):
        measurement = measured(setting, evidence)
        options, block = measurement.options, measurement.block
        assert options.get("pair", "identical") in VARIATIONS
        if block is not None and "sampler" in options:
            model = MODELS[block.model]
            assert options["sampler"] in samplers_of(block)
            assert options.get("observation", "mean") in model.observations
            assert options.get("weights", "last") in (
                "last",
                *(["ema"] if block.settings.get("ema_decay") is not None else []),
            )
        if evidence.measure in ("game-discriminator", "search-samples", "boundary"):
            assert block is not None and issubclass(MODELS[block.model], ScoringModel)


def test_measures_and_options_are_those_that_smoke_runs() -> None:
    """What only ``full`` tries has no measure, model or option that the smallest profile does not try."""
    tried = {
        (m.measure, frozenset(m.options))
        for asked in (EXPERIMENTS, TRIALS)
        for experiment in asked.values()
        for dataset in experiment.datasets["smoke"]
        for m in experiment.measurements(Request(dataset, "smoke", SEEDS, RECIPES[dataset].samples))
    }
    for claim in CLAIMS.values():
        for setting, _, evidence in evidence_of(claim):
            measurement = measured(setting, evidence)
            assert (measurement.measure, frozenset(measurement.options)) in tried, (claim.id, setting.label)


@EVERY
def test_a_kind_has_the_groups_it_needs(claim: Claim) -> None:
    for setting in claim.settings:
        assert len(setting.groups) >= GROUPS[claim.kind]
        for evidence in setting.groups.values():
            assert (evidence.against is not None) == (claim.kind == "association")
            assert (evidence.event is not None) == (claim.kind == "proportion")


@EVERY
def test_no_two_groups_are_the_same_runs(claim: Claim) -> None:
    for setting in claim.settings + claim.controls:
        asked = [(canonical_json(measured(setting, one)), one.metric) for one in setting.groups.values()]
        assert len(set(asked)) == len(asked), setting.label


@EVERY
def test_margins_make_sense_and_have_reasons(claim: Claim) -> None:
    for setting in claim.settings:
        margin = claim.margin_in(setting)
        if margin is None:
            assert claim.kind == "descriptive"
            continue
        assert len(margin.reason.split()) >= 3
        assert margin.unit or margin.value == 0
        sign = 1 if claim.direction_in(setting) == "higher" else -1
        if margin.refuted_beyond is not None:
            assert claim.kind in ("bound", "proportion")
            assert sign * margin.refuted_beyond < sign * margin.value
        if claim.kind == "bound":
            assert claim.scale_in(setting) == "difference" or margin.value > 0
        elif claim.scale_in(setting) == "ratio" or claim.kind == "variance":
            assert margin.value > 1
        elif claim.kind == "equivalence":
            assert margin.value > 0
        elif claim.kind == "exact":
            assert margin.value >= 0
        elif claim.kind == "proportion":
            assert 0 < margin.value < 1
        elif claim.kind == "association":
            assert 0 < sign * margin.value < 1


@EVERY
def test_standard_asks_for_every_decisive_setting_without_a_file(claim: Claim) -> None:
    decisive = [setting for setting in claim.settings if setting.decisive]
    assert 1 <= len(decisive) <= 3
    labels = [setting.label for setting in claim.settings + claim.controls]
    assert len(set(labels)) == len(labels)
    for profile in ("smoke", "standard"):
        asked = settings_in(claim, profile)
        assert all(setting in asked for setting in decisive)
        assert all(DATASETS[setting.dataset].embedded for setting in asked)


def test_every_document_is_on_trial_and_no_other() -> None:
    assert {name for claim in CLAIMS.values() for name in claim.document.split(", ")} == {
        "000",
        "001",
        "002",
        "003",
        "004",
    }


def test_no_claim_is_lost_under_the_name_of_another() -> None:
    assert len(CLAIMS) == sum(len(topic.CLAIMS) for topic in TOPICS)
    assert not set(CLAIMS) & set(EXPERIMENTS)


@EVERY
def test_a_claim_survives_being_written_down(claim: Claim) -> None:
    written = claim.model_dump_json()
    assert Claim.model_validate_json(written).model_dump_json() == written


@pytest.mark.parametrize("datasets", [None, ["mnist"]])
def test_every_claim_can_be_judged_in_all_its_settings(datasets: list[str] | None) -> None:
    """By its margin and kind, from values that any of them can take; also where a further data set decides."""
    claims = [
        claim.tried_on(datasets) if datasets else claim
        for claim in CLAIMS.values()
        if not datasets or any(s.elsewhere for s in claim.settings)
    ]
    rng = np.random.default_rng(0)

    def values(evidence: Evidence) -> np.ndarray:
        if evidence.event is not None:
            return rng.integers(0, 2, 8).astype(float)
        return rng.lognormal(0, 0.1, (8, 2) if evidence.against else 8)

    made_up = {
        claim.id: {s.label: {name: values(one) for name, one in s.groups.items()} for s in claim.settings}
        for claim in claims
    }
    sizes: dict[Family, int] = {"primary": len(CLAIMS), "secondary": len(CLAIMS)}
    results = judge(claims, made_up, sizes, permutations=False)
    assert [result.claim for result in results] == [claim.id for claim in claims]
    for result in results:
        assert (result.verdict == "descriptive") == (CLAIMS[result.claim].kind == "descriptive")
        assert result.verdict != "cannot be judged"
        assert not any(setting.missing for setting in result.settings)
        assert not any(sign in result.reason for sign in ("  ", " ,", "nan", "\n")), result.reason


def digits_claim(decisive_elsewhere: bool = True) -> Claim:
    own = {"GAN": Evidence(measure="image-samples", metric="fid", model="gan")}
    elsewhere = Margin(value=3.0, unit="FID", reason="made up for a test")
    return Claim(
        id="made-up",
        statement="Made up",
        document="000",
        passage="1",
        kind="bound",
        quantity="FID",
        contrast="none",
        direction="lower",
        margin=Margin(value=2.0, unit="FID", reason="made up for a test"),
        family="secondary",
        settings=(
            Setting(label="ring", dataset="ring", groups=own),
            Setting(
                label="digits, first",
                dataset="digits",
                groups=own,
                elsewhere={"mnist": elsewhere} if decisive_elsewhere else {},
            ),
            Setting(label="digits, second", dataset="digits", groups=own, decisive=False, elsewhere={"mnist": None}),
        ),
        controls=(Setting(label="digits, beside", dataset="digits", groups=own, elsewhere={"mnist": None}),),
    )


def test_elsewhere_the_moved_settings_decide() -> None:
    moved = digits_claim().tried_on(["mnist"])
    assert [(s.label, s.dataset, s.decisive) for s in moved.settings] == [
        ("mnist, first", "mnist", True),
        ("mnist, second", "mnist", False),
    ]
    assert [margin.value for s in moved.settings if (margin := moved.margin_in(s))] == [3.0, 2.0]
    assert [s.label for s in moved.controls] == ["mnist, beside"]
    assert Claim.model_validate_json(moved.model_dump_json()) == moved


def test_beside_its_own_data_sets_what_is_moved_does_not_count() -> None:
    claim = digits_claim()
    for asked in (["digits", "mnist"], ["ring", "mnist"]):
        both = claim.tried_on(asked)
        assert both.settings[:3] == claim.settings
        assert [(s.label, s.decisive) for s in both.settings[3:]] == [("mnist, first", False), ("mnist, second", False)]
        assert Claim.model_validate_json(both.model_dump_json()) == both
    assert claim.tried_on(["ring"]) == claim.tried_on(["digits"]) == claim


def test_a_claim_that_nothing_would_decide_elsewhere_is_refused() -> None:
    with pytest.raises(ValueError, match="on mnist no setting would be decisive"):
        digits_claim(decisive_elsewhere=False)


def elsewhere_another(**changes: Any) -> Claim:
    """A claim whose one setting beside is another, and decides, on MNIST."""
    own = {"GAN": Evidence(measure="image-samples", metric="fid", model="gan")}
    fields = {"label": "mnist, FID 5", "dataset": "mnist", "groups": own, "margin": digits_claim().margin, **changes}
    beside = Setting(
        label="digits, FID 2", dataset="digits", groups=own, decisive=False, elsewhere={"mnist": Setting(**fields)}
    )
    ring = Setting(label="ring", dataset="ring", groups=own)
    return Claim(**{**dict(digits_claim(decisive_elsewhere=True)), "settings": (ring, beside), "controls": ()})


def test_elsewhere_another_setting_can_stand_in_the_place_of_one() -> None:
    claim = elsewhere_another()
    assert [(s.label, s.decisive) for s in claim.tried_on(["mnist"]).settings] == [("mnist, FID 5", True)]
    assert [(s.label, s.decisive) for s in claim.tried_on(["ring", "mnist"]).settings] == [
        ("ring", True),
        ("digits, FID 2", False),
        ("mnist, FID 5", False),
    ]
    assert Claim.model_validate_json(claim.model_dump_json()) == claim


@pytest.mark.parametrize("changes", [{"dataset": "ring"}, {"elsewhere": {"own": None}}])
def test_what_stands_for_a_data_set_is_a_setting_on_it_alone(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be a setting on it alone"):
        elsewhere_another(**changes)


def test_a_control_elsewhere_is_checked_too() -> None:
    stray = Setting(label="ring", dataset="ring", groups=digits_claim().settings[0].groups)
    control = digits_claim().controls[0].model_copy(update={"elsewhere": {"mnist": stray}})
    with pytest.raises(ValueError, match="must be a setting on it alone"):
        Claim(**{**dict(digits_claim()), "controls": (control,)})


def test_two_settings_that_would_share_a_label_elsewhere_are_refused() -> None:
    first, second = elsewhere_another(label="mnist, second").settings[1], digits_claim().settings[2]
    with pytest.raises(ValueError, match="on mnist two settings would share a label"):
        Claim(**{**dict(digits_claim()), "settings": (digits_claim().settings[0], first, second)})


def test_a_label_without_its_data_set_cannot_be_moved() -> None:
    setting = Setting(
        label="eight numbers",
        dataset="digits",
        groups={"AE": Evidence(measure="reconstruction", metric="ssim", model="ae")},
        elsewhere={"mnist": None},
    )
    with pytest.raises(ValueError, match="must bear the data set's name"):
        setting.on("mnist")


@EVERY
def test_every_claim_can_be_asked_for_where_it_says(claim: Claim) -> None:
    names = {name for setting in claim.settings + claim.controls for name in setting.elsewhere}
    for name in names:
        moved = claim.tried_on([name])
        assert DATASETS[name].kind == "images"
        assert Claim.model_validate_json(moved.model_dump_json()).model_dump_json() == moved.model_dump_json()
        assert name in TRIALS[claim.id].supports
