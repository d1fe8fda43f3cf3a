"""Claims as experiments: which settings a profile tries, and which measurements stand behind a group."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.claims import CLAIMS
from benchmarks.claims.spec import Claim, Evidence
from benchmarks.experiments.base import Request
from benchmarks.experiments.claims import (
    TRIALS,
    claim_evidence,
    claim_measurements,
    evidence_measurements,
    settings_in,
)
from benchmarks.options import make_options
from benchmarks.outputs import claims_on_trial
from benchmarks.planning import Plan, make_plan
from benchmarks.recipes import RECIPES, SMOKE_UPDATES, training_for
from benchmarks.specs import PROFILES, InputError, canonical_json
from benchmarks.store import Store

SEEDS = ((1000, 1001), (1002,))
SMOKE = Request("ring", "smoke", SEEDS, 500)
GAN = Evidence(measure="mixture-samples", metric="jsd-hist", model="gan", settings={"loss": "hinge"})


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS.keys())
def test_full_tries_all_settings_and_the_others_what_decides(claim: Claim) -> None:
    assert settings_in(claim, "full") == claim.settings + claim.controls
    decisive = tuple(setting for setting in claim.settings + claim.controls if setting.decisive)
    assert settings_in(claim, "smoke") == settings_in(claim, "standard") == decisive


def test_one_measurement_for_every_block_of_seeds() -> None:
    wanted = evidence_measurements(GAN, SMOKE)
    assert [m.block.seeds for m in wanted if m.block] == list(SEEDS)
    assert [m.seeds for m in evidence_measurements(Evidence(measure="rejection", metric="ks"), SMOKE)] == list(SEEDS)


def test_settings_stand_on_top_of_the_tuned_ones() -> None:
    block = evidence_measurements(GAN, SMOKE)[0].block
    assert block is not None
    assert (block.model, block.settings["loss"]) == ("gan", "hinge")
    assert block.network == RECIPES["ring"].network
    assert block.training == training_for(RECIPES["ring"], "smoke")


@pytest.mark.parametrize(
    ("budget", "updates"), [(1.0, SMOKE_UPDATES), (0.5, SMOKE_UPDATES // 2), (5 / 3, 33), (1e-6, 1)]
)
def test_a_budget_is_a_share_of_the_usual_updates(budget: float, updates: int) -> None:
    block = evidence_measurements(GAN.model_copy(update={"budget": budget}), SMOKE)[0].block
    assert block is not None
    assert block.training == training_for(RECIPES["ring"], "smoke").model_copy(update={"updates": updates})


def test_network_and_training_are_replaced_by_field() -> None:
    replaced = GAN.model_copy(update={"network": {"hidden": (8, 8, 8)}, "training": {"batch": 32}})
    block = evidence_measurements(replaced, SMOKE)[0].block
    assert block is not None
    assert block.network == RECIPES["ring"].network.model_copy(update={"hidden": (8, 8, 8)})
    assert block.training == training_for(RECIPES["ring"], "smoke").model_copy(update={"batch": 32})


@pytest.mark.parametrize("samples", [True, False])
def test_the_number_of_samples_is_given_where_it_is_asked_for(samples: bool) -> None:
    for evidence in (GAN, Evidence(measure="inverse-cdf", metric="ks")):
        wanted = evidence.model_copy(update={"samples": samples, "options": {"sampler": "prior"}})
        expected = {"sampler": "prior", **({"n": 500} if samples else {})}
        assert [m.options for m in evidence_measurements(wanted, SMOKE)] == [expected, expected]
    own = GAN.model_copy(update={"samples": True, "options": {"n": 7}})
    assert evidence_measurements(own, SMOKE)[0].options == {"n": 7}


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_asks_on_each_of_its_data_sets_for_its_groups_there(name: str) -> None:
    claim, trial = CLAIMS[name], TRIALS[name]
    assert (trial.name, trial.question) == (name, claim.statement)
    for profile in PROFILES:
        settings = settings_in(claim, profile)
        own = {setting.dataset for setting in settings}
        moved = {name for setting in settings for name in setting.elsewhere} if profile == "full" else set()
        assert set(trial.datasets[profile]) == own | moved <= set(trial.supports)
        labels = []
        for dataset in trial.datasets[profile]:
            request = Request(dataset, profile, SEEDS, RECIPES[dataset].samples)
            groups = claim_evidence(claim, request)
            labels += list(groups)
            everything = [one for setting in groups.values() for group in setting.values() for one in group]
            assert claim_measurements(claim, request) == trial.measurements(request) == everything
            assert {one.dataset for one in everything} == {dataset}
        on = [setting.on(name).label for setting in settings for name in (setting.dataset, *setting.elsewhere)]
        expected = on if profile == "full" else [setting.label for setting in settings]
        assert sorted(labels) == sorted(expected)


@pytest.mark.parametrize("name", CLAIMS)
def test_a_further_data_set_is_asked_for_what_decides_there(name: str) -> None:
    claim = CLAIMS[name]
    for dataset in {other for setting in claim.settings for other in setting.elsewhere}:
        request = Request(dataset, "standard", SEEDS, RECIPES[dataset].samples)
        moved = claim.tried_on([dataset])
        decisive = [setting.label for setting in moved.settings + moved.controls if setting.decisive]
        assert list(claim_evidence(claim, request)) == decisive


def plan_of(root: Path, **more: object) -> Plan:
    return make_plan(make_options({"profile": "smoke", "device": "cpu", "results_dir": str(root), **more}), Store(root))


def test_a_claim_alone_asks_for_what_all_ask_for_under_its_name(tmp_path: Path) -> None:
    everything = plan_of(tmp_path).measurements
    for name in CLAIMS:
        alone = plan_of(tmp_path, claim=[name])
        assert {m.experiments for m in alone.measurements} == {(name,)}
        among = {m.key: canonical_json(m.measurement) for m in everything if name in m.experiments}
        assert {m.key: canonical_json(m.measurement) for m in alone.measurements} == among


def test_on_mnist_alone_the_moved_settings_decide(tmp_path: Path, mnist_dir: Path) -> None:
    where = {"claim": ["ae-decoder-off-codes", "quality-order"], "data_dir": str(mnist_dir), "offline": True}
    alone = claims_on_trial(plan_of(tmp_path, dataset=["mnist"], **where))
    for name in ("ae-decoder-off-codes", "quality-order"):
        claim = Claim.model_validate_json(json.dumps(alone["claims"][name]))
        decisive = [setting.label for setting in claim.settings if setting.decisive]
        assert decisive and all(label.startswith("mnist, ") for label in decisive)
        assert set(alone["evidence"][name]) == {s.label for s in claim.settings + claim.controls if s.decisive}
    beside = claims_on_trial(plan_of(tmp_path, dataset=["digits", "mnist"], **where))
    claim = Claim.model_validate_json(json.dumps(beside["claims"]["ae-decoder-off-codes"]))
    assert all(
        setting.decisive != setting.label.startswith("mnist, ")
        for setting in claim.settings
        if setting.label in beside["evidence"][claim.id]
    )


def test_a_claim_without_a_setting_for_mnist_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no chosen experiment supports the data set 'mnist'"):
        plan_of(tmp_path, dataset=["mnist"], claim=["mle-is-kl"])
