"""What an anchor holds is registered only when the ledger has it, outright, and the numbers are within the margin."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.integrity.anchor import Past, PastGate, anchors
from mlops_spec.integrity.demands import demands
from mlops_spec.integrity.judgement import Given, problems
from mlops_spec.integrity.shapes import Against, Anchored, Bound, Gate
from mlops_spec.release.bundle import read_bundle
from mlops_spec.release.past import past
from mlops_spec.release.proof import verify_release
from mlops_spec.release.register import register
from mlops_spec.spec import Spec

from ..bundles import bundle_files, pipeline, sealed
from .conftest import ALICE

if TYPE_CHECKING:
    from mlops_spec.release.register import Registration

    from .conftest import House

SPEC = """\
spec: 1
model: churn
task: binary-classification
owners: ["@bob", "@carol"]
data: {path: data/churn.csv, target: left, positive: 1, id: id}
train: {run: python -m churn.train, params: {rate: 0.1}, predictor: "churn.predict:load"}
gates:
- {metric: roc_auc, min: 0.7, margin: 0.01}
"""
CLEAR, OPEN = (0.8, 0.78, 0.82), (0.71, 0.69, 0.73)


@pytest.fixture
def anchored(house: House) -> House:
    house.commit({"model.yaml": SPEC, "dvc.yaml": pipeline(SPEC)})
    return house


def released(house: House, numbers: tuple[float, float, float], seed: int, **gate: Any) -> Registration:
    files = bundle_files(
        SPEC, house.git.commit_id(), numbers={"roc_auc": numbers}, gates={"roc_auc": gate} if gate else None, seed=seed
    )
    folder = house.root / f"dist-{seed}"
    folder.mkdir()
    for name, content in sealed(files).items():
        (folder / name).write_bytes(content)
    return register(house.git, read_bundle(folder), who=ALICE, now=house.now)


def by(version: Registration, low: float = -0.004) -> dict[str, Any]:
    what = version.record.what
    assert what.package
    held = {"version": what.version, "digest": what.package.digest, "value": -0.001, "low": low, "high": 0.002}
    return {"verdict": "pass", "anchor": held}


def test_what_the_anchor_holds_is_registered_with_it_and_verified_again(anchored: House) -> None:
    first = released(anchored, CLEAR, 1)
    second = released(anchored, OPEN, 2, **by(first))

    assert second.record.why
    assert second.record.why.gates[-1].anchor
    assert second.record.why.gates[-1].anchor.version == first.record.what.version
    verify_release(anchored.git, anchored.records(), second.record)


def test_a_version_that_was_held_holds_no_other(anchored: House) -> None:
    first = released(anchored, CLEAR, 1)
    second = released(anchored, OPEN, 2, **by(first))

    with pytest.raises(
        Failure, match=r"anchor: is v1\.\S+, which by the ledger did not pass this gate outright"
    ) as told:
        released(anchored, OPEN, 3, **by(second))
    assert told.value.exit_code == Exit.FINDINGS
    assert released(anchored, OPEN, 4, **by(first)).new


def test_a_forged_anchor_is_refused(anchored: House) -> None:
    first = released(anchored, CLEAR, 1)
    lower = by(first, low=-0.02)
    other = by(first)
    other["anchor"] |= {"digest": "sha256:" + "0" * 64}

    with pytest.raises(Failure, match=r"verdict: is pass, by its numbers it is inconclusive"):
        released(anchored, OPEN, 2, **lower)
    with pytest.raises(Failure, match="did not pass this gate outright"):
        released(anchored, OPEN, 3, **other)
    with pytest.raises(Failure, match=r"verdict: is pass, by its numbers it is fail"):
        released(anchored, (0.6, 0.58, 0.62), 4, **by(first))


def spec_of(*gates: dict[str, Any]) -> Spec:
    return Spec.model_validate(
        {
            "spec": 1,
            "model": "m",
            "task": "binary-classification",
            "owners": ["@a"],
            "data": {"path": "d.csv", "target": "y"},
            "train": {"run": "x"},
            "gates": list(gates),
            "environments": {"production": {"after": "merge"}},
        }
    )


def version(number: int, **gate: Any) -> Past:
    known = {"verdict": "pass", "value": 0.8, "low": 0.78, "high": 0.82, "bound": Bound(op=">=", value=0.7)}
    known |= {"waived_until": None, "anchor": None} | gate
    return Past(f"v1.{number}.0", f"sha256:{number:064}", "c", [PastGate(id="roc_auc", **known)])


@pytest.mark.parametrize(
    ("gate", "is_one"),
    [
        ({}, True),
        ({"bound": Bound(op=">=", value=0.75)}, True),
        ({"bound": Bound(op=">=", value=0.65)}, False),
        ({"bound": Bound(op="<=", value=0.7)}, False),
        ({"verdict": "inconclusive", "waived_until": "2026-12-01"}, False),
        ({"anchor": Anchored(version="v1.0.0", digest="sha256:" + "0" * 64, value=0, low=-0.1, high=0.1)}, False),
    ],
)
def test_an_anchor_passed_a_bound_at_least_as_strict_by_its_own_interval(gate: dict[str, Any], is_one: bool) -> None:
    *_, demand = demands(spec_of({"metric": "roc_auc", "min": 0.7, "margin": 0.01}))

    assert bool([*anchors([version(1, **gate)], demand, "roc_auc")]) is is_one


COMPARED: dict[str, Any] = {"id": "champion/production/roc_auc", "bound": Bound(op=">=", value=-0.01)}


@pytest.mark.parametrize(
    ("gate", "is_one"),
    [
        ({"value": None, "low": None, "high": None, "bound": None}, True),
        ({"value": 0.004, "low": 0.001, "high": 0.007}, True),
        ({"value": 0.001, "low": -0.002, "high": 0.004}, False),
        ({"value": -0.02, "low": -0.03, "high": -0.015, "verdict": "fail", "waived_until": "2026-12-01"}, True),
    ],
)
def test_later_versions_are_measured_by_the_first_a_better_or_a_waived_one(gate: dict[str, Any], is_one: bool) -> None:
    *_, demand = demands(spec_of({"champion": "production", "metric": "roc_auc", "margin": 0.01}))
    made = version(1)
    found = Past(made.version, made.digest, "c", [made.gates[0]._replace(**{**COMPARED, **gate})])

    assert bool([*anchors([found], demand, "champion/production/roc_auc")]) is is_one


def test_a_champion_gate_can_not_leave_out_its_anchor() -> None:
    spec = spec_of({"champion": "production", "metric": "roc_auc", "margin": 0.01})
    first = version(1)
    before = [Past(first.version, first.digest, "c", [first.gates[0]._replace(**COMPARED, value=None)])]
    live = Against(environment="production", version="v1.1.0", digest="sha256:" + "9" * 64)
    given = Given(rows=500, today="2026-11-01", against=live, past=before)
    numbers = {"value": 0.0, "low": -0.002, "high": 0.002}
    gate = Gate(**COMPARED, kind="champion", metric="roc_auc", verdict="pass", reason="", **numbers)
    beside = Anchored(version=first.version, digest=first.digest, **{**numbers, "low": -0.004})

    def said(found: Gate, known: Given = given) -> list[str]:
        return [str(each) for each in problems(spec, [found], known) if each.gate == gate.id]

    assert any(
        "anchor: is missing: by the ledger it is to be compared with one of v1.1.0 too" in one for one in said(gate)
    )
    assert said(gate.model_copy(update={"anchor": beside})) == []
    assert said(gate, replace(given, against=live.model_copy(update={"digest": first.digest}))) == []
    below = gate.model_copy(update={"anchor": beside.model_copy(update={"low": -0.02})})
    assert any("verdict: is pass, by its numbers it is inconclusive" in one for one in said(below))


def test_a_revoked_version_is_no_anchor(anchored: House) -> None:
    released(anchored, CLEAR, 1)
    records = anchored.records()
    revoked = replace(records[-1], event="revoke")

    assert len(past(records, "churn")) == 1
    assert past([*records, revoked], "churn") == ()
