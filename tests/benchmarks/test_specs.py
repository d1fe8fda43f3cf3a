"""Specifications: canonical form, seeds, unknown names."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.specs import (
    FIRST_SEED,
    Block,
    InputError,
    Measurement,
    Network,
    Training,
    canonical_json,
    lookup,
    seed_blocks,
    unknown,
)

BLOCK = Block(
    dataset="ring",
    model="ae",
    network=Network(latent=2, hidden=(64, 64), norm="none"),
    settings={"learning_rate": 1e-3},
    training=Training(updates=10, batch=8),
    seeds=(1000, 1001),
)


@given(st.integers(1, 500))
def test_seed_blocks_never_move(count: int) -> None:
    """More seeds only add blocks: the full blocks of a smaller count are among those of a larger one."""
    blocks = seed_blocks(count)
    assert [seed for block in blocks for seed in block] == list(
        range(FIRST_SEED["verdict"], FIRST_SEED["verdict"] + count)
    )
    assert all(block[0] % 8 == 0 and len(block) == 8 for block in blocks[:-1])
    assert blocks[: count // 8] == seed_blocks(count + 8)[: count // 8]


def test_seed_roles_do_not_overlap() -> None:
    assert seed_blocks(1, "tuning") == [(0,)]
    assert seed_blocks(100, "pilot")[-1][-1] == 199
    with pytest.raises(InputError, match=r"101 pilot seeds: there are only 100 \(100–199\)"):
        seed_blocks(101, "pilot")


def test_canonical_json_does_not_depend_on_order() -> None:
    assert (
        canonical_json({"b": [1, 2.5], "a": "ü"})
        == canonical_json({"a": "ü", "b": (1, 2.5)})
        == '{"a":"ü","b":[1,2.5]}'
    )
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical_json(float("nan"))


def test_block_survives_json() -> None:
    assert Block.model_validate_json(canonical_json(BLOCK)) == BLOCK
    assert json.loads(canonical_json(BLOCK))["network"]["hidden"] == [64, 64]


@pytest.mark.parametrize(
    "change",
    [
        {"seeds": ()},
        {"seeds": (-1,)},
        {"training": {"updates": 0, "batch": 8}},
        {"network": {"latent": 2, "hidden": (), "norm": "none"}},
        {"network": {"latent": "2", "hidden": (4,), "norm": "none"}},
        {"network": {"kind": "affine", "latent": 2, "hidden": (4,), "norm": "batch"}},
        {"unheard_of": 1},
    ],
)
def test_bad_blocks_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Block.model_validate({**BLOCK.model_dump(), **change})


def test_a_block_is_measured_on_its_own_data() -> None:
    tuned = BLOCK.model_copy(update={"split": "validation"})
    assert Measurement(measure="m", dataset="ring", options={}, block=tuned, split="validation").label == tuned.label
    with pytest.raises(ValueError, match="measured on ring, but the block is trained on ring-validation"):
        Measurement(measure="m", dataset="ring", options={}, block=tuned)
    with pytest.raises(ValueError, match="measured on grid, but the block is trained on ring"):
        Measurement(measure="m", dataset="grid", options={}, block=BLOCK)


def test_unknown_name_answers_with_the_known_ones_and_the_closest() -> None:
    assert str(unknown("model", "VEA", ["vae", "gan"])) == "unknown model 'VEA'; did you mean 'vae'? Known: vae, gan"
    with pytest.raises(InputError, match=r"unknown model 'zzz'. Known: a, b"):
        lookup({"a": 1, "b": 2}, "model", "zzz")
