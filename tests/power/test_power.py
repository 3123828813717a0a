"""What a first run's rows can show, and the bounds that are written from it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from mlops_spec.cli.power import power_command
from mlops_spec.errors import Exit
from mlops_spec.gates.power.chance import Power, powers, together
from mlops_spec.git import Git
from mlops_spec.integrity.shapes import Bound, Gate
from mlops_spec.spec import Spec
from mlops_validators import Interval, judge

from ..bundles import bundle_files

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """\
spec: 1
model: churn # the name
task: binary-classification
owners: ["@bob", "@carol"]
data: {path: data/churn.csv, target: left, positive: 1, id: id, protected: [sex]}
train: {run: python -m churn.train, predictor: "churn.predict:load"}
gates:
- metric: roc_auc # what counts
  min: 0.79
- {metric: expected_calibration_error, max: 0.5, margin: 0.02}
- {slice: sex, metric: roc_auc, min: 0.7}
- {fairness: equalized_odds_difference, by: sex, max: 0.06}
- {champion: production, metric: roc_auc, margin: 0.001}
environments:
  production: {after: merge}
"""
NUMBERS: dict[str, tuple[float | None, float | None, float | None]] = {
    "roc_auc": (0.8, 0.78, 0.82),
    "expected_calibration_error": (0.01, 0.0, 0.02),
}
CHAMPION = {"value": 0.002, "low": -0.002, "high": 0.006, "verdict": "inconclusive", "baseline": 0.798}
FAIR = {"value": 0.02, "low": 0.0, "high": 0.05, "verdict": "pass"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "model.yaml").write_text(SPEC)
    gates = {"champion/production/roc_auc": CHAMPION, "fairness/equalized_odds_difference/sex": FAIR}
    files = bundle_files(SPEC, "a" * 40, numbers=NUMBERS, gates=gates)
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "gate.json").write_bytes(files["gate.json"])
    return tmp_path


def run(root: Path, *options: str) -> str:
    done = CliRunner().invoke(power_command, ["-C", str(root), *options], standalone_mode=False)
    assert done.exception is None, done.output
    return done.output


def gate_of(low: float, value: float, high: float, **more: Any) -> Gate:
    bound = Bound(op=">=", value=0.76)
    known = {"id": "roc_auc", "kind": "metric", "metric": "roc_auc", "verdict": "pass", "reason": "", "bound": bound}
    return Gate(**{**known, "value": value, "low": low, "high": high, **more})


def spec_with(*gates: dict[str, Any]) -> Spec:
    return Spec.model_validate({**yaml.safe_load(SPEC), "gates": list(gates)})


def test_the_chance_is_the_share_of_equal_models_that_pass() -> None:
    """2,000 models with the same truth on other rows, each judged by its own interval."""
    half, error = 0.0127, 0.0127 / 1.96
    drawn = 0.78 + np.random.default_rng(3).normal(size=2000) * error
    passed = [
        judge(Interval(v, v - half, v + half, "delong"), minimum=0.76, rows=7500).verdict == "pass" for v in drawn
    ]

    [found] = powers(spec_with({"metric": "roc_auc", "min": 0.76}), [gate_of(0.78 - half, 0.78, 0.78 + half)])

    assert found.chance == pytest.approx(np.mean(passed), abs=0.03)
    assert found.bears is not None
    again = powers(spec_with({"metric": "roc_auc", "min": found.bears}), [gate_of(0.78 - half, 0.78, 0.78 + half)])
    assert again[0].chance == pytest.approx(0.99)


def test_together_leaves_out_what_an_anchor_holds() -> None:
    found = [Power("a", None, 0.9), Power("b", None, 0.5, margin=0.01), Power("c", None)]

    assert together(found) == pytest.approx(0.45)
    assert together(found, held=True) == pytest.approx(0.9)


def test_without_an_interval_nothing_is_said() -> None:
    [found] = powers(spec_with({"metric": "roc_auc", "min": 0.7}), [gate_of(0.8, 0.8, 0.8)])

    assert (found.chance, found.bears) == (None, None)


def test_every_gate_has_a_line_with_the_bound_that_its_rows_bear(root: Path) -> None:
    said = run(root)

    cells = {line.split("  ")[0]: line.split() for line in said.splitlines() if line}
    assert cells["roc_auc"] == ["roc_auc", "≥", "0.790", "16.4%", "!", "≥", "0.756"]
    assert cells["expected_calibration_error"][3:] == ["100.0%", "≤", "0.032", "0.020"]
    assert "slice/sex/roc_auc/one" in said
    assert "On 250 other rows a model as good as this one" in said


def test_suggested_bounds_are_written_and_borne(root: Path) -> None:
    said = run(root, "--suggest")
    text = (root / "model.yaml").read_text()
    spec = Spec.model_validate(yaml.safe_load(text))

    metric, error, slices, fair, champion = [each.model_dump(exclude_none=True) for each in spec.gates]
    assert (metric["min"], metric["margin"]) == (0.75, 0.02)
    assert error["max"] == 0.04
    assert (slices["min"], slices["margin"]) == (0.75, 0.02)
    assert (fair["max"], fair["margin"]) == (0.06, 0.03)  # what is fair does not follow from the number of rows
    assert champion["margin"] == 0.011
    assert "# what counts" in text
    assert "roc_auc min: 0.79 → 0.75" in said
    judged = json.loads((root / "build" / "gate.json").read_text())
    bounded = [each for each in powers(spec, [Gate.model_validate(gate) for gate in judged["gates"]]) if each.chance]
    assert min(each.chance or 0 for each in bounded if "fairness" not in each.id) >= 0.99
    assert "0 numbers written" in run(root, "--suggest")


def test_nothing_is_known_before_the_first_judgement(root: Path) -> None:
    (root / "build" / "gate.json").unlink()

    done = CliRunner().invoke(power_command, ["-C", str(root)], standalone_mode=False)

    assert "build/gate.json is missing" in str(done.exception)


def test_at_the_root_of_many_each_is_told_and_a_broken_one_named(root: Path, tmp_path: Path) -> None:
    Git(tmp_path).run("init", "--quiet")
    folder = tmp_path / "models" / "churn"
    folder.mkdir(parents=True)
    for name in ("model.yaml", "build"):
        (tmp_path / name).rename(folder / name)
    (tmp_path / "models" / "broken").mkdir()
    (tmp_path / "models" / "broken" / "model.yaml").write_text("spec: 1\nmodel: broken\n")
    (tmp_path / "models" / "unjudged").mkdir()
    (tmp_path / "models" / "unjudged" / "model.yaml").write_text(SPEC.replace("model: churn", "model: unjudged"))

    done = CliRunner().invoke(power_command, ["-C", str(tmp_path)], standalone_mode=False)

    assert "churn (models/churn)\n" in done.output
    assert "unjudged: build/gate.json is missing" in done.output
    assert done.output.endswith("3 models, 1 of them not valid\n")
    assert done.return_value == Exit.CONFIG
    assert "unjudged" not in run(tmp_path, "--model", "churn")
    assert run(folder) in run(tmp_path, "--model", "churn")
