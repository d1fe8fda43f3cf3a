"""What a claim of the registry needs: its evidence as measurements, and as an experiment that a plan can hold."""

from __future__ import annotations

from functools import partial

from benchmarks.claims import CLAIMS
from benchmarks.claims.spec import Claim, Evidence, Setting
from benchmarks.experiments.base import Experiment, Request, block, measure
from benchmarks.recipes import RECIPES, training_for
from benchmarks.specs import PROFILES, Measurement, Profile


def settings_in(claim: Claim, profile: Profile) -> tuple[Setting, ...]:
    """The settings and controls that a profile tries: ``full`` all of them, the others the decisive ones."""
    return tuple(setting for setting in claim.settings + claim.controls if setting.decisive or profile == "full")


def settings_on(claim: Claim, profile: Profile, dataset: str) -> tuple[Setting, ...]:
    """Those that a profile tries on a data set, their own or another that they can be tried on."""
    there = (s.on(dataset) for s in claim.settings + claim.controls if dataset in (s.dataset, *s.elsewhere))
    return tuple(setting for setting in there if setting.decisive or profile == "full")


def evidence_measurements(evidence: Evidence, request: Request) -> list[Measurement]:
    """The measurements behind one group of a setting, one for every block of seeds."""
    options = {**({"n": request.samples} if evidence.samples else {}), **evidence.options}
    if evidence.model is None:
        return [
            Measurement(measure=evidence.measure, dataset=request.dataset, options=options, data_seeds=seeds)
            for seeds in request.seeds
        ]
    recipe = RECIPES[request.dataset]
    usual = training_for(recipe, request.profile)
    updates = max(1, round(evidence.budget * usual.updates))
    training = usual.model_copy(update={**evidence.training, "updates": updates})
    network = recipe.network.model_copy(update=evidence.network)
    return [
        measure(
            block(
                request.dataset, evidence.model, evidence.settings, request.profile, seeds, network, training=training
            ),
            evidence.measure,
            **options,
        )
        for seeds in request.seeds
    ]


Groups = dict[str, list[Measurement]]


def claim_evidence(claim: Claim, request: Request) -> dict[str, Groups]:
    """The measurements behind every group of every setting of a claim on one data set, by setting and group."""
    return {
        setting.label: {name: evidence_measurements(evidence, request) for name, evidence in setting.groups.items()}
        for setting in settings_on(claim, request.profile, request.dataset)
    }


def claim_measurements(claim: Claim, request: Request) -> list[Measurement]:
    """Everything that a claim needs on one data set."""
    return [one for groups in claim_evidence(claim, request).values() for group in groups.values() for one in group]


def as_experiment(claim: Claim) -> Experiment:
    """The claim as an experiment on the data sets of its settings; in ``full`` also on those that they can be tried on."""
    datasets = {
        profile: tuple(
            dict.fromkeys(
                name
                for setting in settings_in(claim, profile)
                for name in (setting.dataset, *(setting.elsewhere if profile == "full" else ()))
            )
        )
        for profile in PROFILES
    }
    return Experiment(
        name=claim.id,
        question=claim.statement,
        datasets=datasets,
        supports=datasets["full"],
        measurements=partial(claim_measurements, claim),
    )


TRIALS: dict[str, Experiment] = {name: as_experiment(claim) for name, claim in CLAIMS.items()}
"""The claims of the registry as experiments."""
