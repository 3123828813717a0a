"""A measure of the user's own: measured and judged like any other, and clear about what it does wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.gates.case import Case, Perturbed, Rival
from mlops_spec.gates.kinds import champion, metric, robustness, slices, weak_slices
from mlops_spec.pipeline.answers import Answers
from mlops_spec.pipeline.measured import interval_of, measure
from mlops_spec.pipeline.table import of_frame
from mlops_spec.spec import Spec

if TYPE_CHECKING:
    from pathlib import Path


COUNT = 600
DRAW = np.random.default_rng(5)
TRUTH = DRAW.integers(0, 2, COUNT)
SCORE = np.clip(0.35 + 0.3 * TRUTH + DRAW.normal(0, 0.12, COUNT), 0.01, 0.99)
ANSWERS = Answers(TRUTH, SCORE)
GOOD = "return float(np.mean(np.abs(y_true - y_score)))"
GATES: list[tuple[Any, dict[str, Any]]] = [
    (metric, {"metric": "own", "max": 0.9}),
    (champion, {"champion": "production", "metric": "own", "margin": 0.1}),
    (slices, {"slice": "band", "metric": "own", "max": 0.9}),
    (weak_slices, {"weak_slices": ["band"], "metric": "own", "max": 0.9, "min_rows": 50}),
    (robustness, {"robustness": "missing", "metric": "own", "max_drop": 0.5}),
]


def written(root: Path, body: str, gate: dict[str, Any] | None = None, per: str = "all") -> Spec:
    """A spec whose measure has this body; a module is imported once, so each has a name of its own."""
    package = f"own_{abs(hash((str(root), body)))}"
    (root / "src" / package).mkdir(parents=True, exist_ok=True)
    code = f"import numpy as np\n\n\ndef measure(y_true, y_score):\n    {body}\n"
    (root / "src" / package / "__init__.py").write_text(code)
    return Spec.model_validate(
        {
            "spec": 1,
            "model": "m",
            "task": "binary-classification",
            "owners": ["@a"],
            "data": {"path": "d.csv", "target": "target"},
            "train": {"run": "x"},
            "evaluate": {
                "resamples": 100,
                "metrics": [{"name": "own", "run": f"{package}:measure", "direction": "lower", "per": per}],
            },
            "gates": [gate or GATES[0][1]],
        }
    )


def case_of(root: Path, spec: Spec) -> tuple[Case, Any]:
    gate: Any = spec.gates[0]
    band = np.where(np.arange(COUNT) % 2, "old", "young")
    case = Case(
        root=root,
        spec=spec,
        digest="sha256:" + "0" * 64,
        data=of_frame(pd.DataFrame()),
        data_changed=False,
        train=pd.DataFrame(),
        test=pd.DataFrame({"band": band, "target": TRUTH}),
        answers=ANSWERS,
        perturbed=(),
        latencies=None,
        package_bytes=0,
        rivals={"production": Rival(np.clip(SCORE + 0.01, 0, 1))},
    )
    return replace(case, perturbed=(Perturbed(gate, 0.9 * SCORE),)), gate


def test_it_is_measured_with_an_interval(tmp_path: Path) -> None:
    found = interval_of(tmp_path, written(tmp_path, GOOD), "own", ANSWERS)

    assert found.value == pytest.approx(np.abs(TRUTH - SCORE).mean())
    assert found.low < found.value < found.high


@pytest.mark.parametrize(("module", "gate"), GATES)
def test_every_gate_takes_it(tmp_path: Path, module: Any, gate: dict[str, Any]) -> None:
    first = next(module.results(*case_of(tmp_path, written(tmp_path, GOOD, gate))))

    assert first.verdict == "pass"
    assert first.metric == "own"


UNDEFINED = [
    ("raise ValueError('there are no positives')", "metric `own` raised ValueError: there are no positives"),
    ("return float('nan')", "own is undefined on these rows: it gives nan"),
    ("return float('inf')", "own is undefined on these rows: it gives"),
    ("y_score[:] = 1.0; return 0.0", "assignment destination is read-only"),
]


@pytest.mark.parametrize(("module", "gate"), GATES)
@pytest.mark.parametrize(("body", "reason"), UNDEFINED)
def test_what_is_undefined_is_inconclusive_and_says_why(
    tmp_path: Path, module: Any, gate: dict[str, Any], body: str, reason: str
) -> None:
    first = next(module.results(*case_of(tmp_path, written(tmp_path, body, gate))))

    assert first.verdict == "inconclusive"
    assert reason in first.reason


def test_an_evaluation_holds_the_reason(tmp_path: Path) -> None:
    found = measure(tmp_path, written(tmp_path, UNDEFINED[0][0]), ["own"], ANSWERS)

    assert found["own"]["value"] is None
    assert UNDEFINED[0][1] in found["own"]["reason"]


def test_resamples_on_which_it_is_undefined_widen_the_interval(tmp_path: Path) -> None:
    body = "if len(np.unique(y_score)) < len(y_score): raise ValueError('ties')\n    return 0.5"

    first = next(metric.results(*case_of(tmp_path, written(tmp_path, body))))

    assert first.verdict == "inconclusive"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return 1 / 0", r"metric `own` raised ZeroDivisionError: division by zero \(.*__init__.py:5\)"),
        ("raise SystemExit(0)", "metric `own` raised SystemExit: 0"),
        ("return '0.5'", "metric `own` gives str, not a number"),
        ("return None", "metric `own` gives NoneType, not a number"),
        ("return True", "metric `own` gives bool, not a number"),
        ("return np.array([0.5])", "metric `own` gives ndarray, not a number"),
        ("return 1j", "metric `own` gives complex, not a number"),
    ],
)
def test_what_is_wrong_stops_the_run(tmp_path: Path, body: str, message: str) -> None:
    spec = written(tmp_path, body)

    with pytest.raises(Failure, match=message) as raised:
        measure(tmp_path, spec, ["own"], ANSWERS)

    assert raised.value.exit_code == Exit.FINDINGS


@pytest.mark.parametrize(
    ("run", "message"),
    [("no_such_package_anywhere:f", "ModuleNotFoundError"), ("json:loads", "is imported from .*, not from")],
)
def test_a_function_that_is_not_in_src_stops_the_run(tmp_path: Path, run: str, message: str) -> None:
    spec = written(tmp_path, GOOD)
    own = spec.evaluate.metrics[0].model_copy(update={"run": run})  # type: ignore[union-attr]
    changed = spec.model_copy(update={"evaluate": spec.evaluate.model_copy(update={"metrics": [own]})})

    with pytest.raises(Failure, match=message):
        measure(tmp_path, changed, ["own"], ANSWERS)


def test_numpy_numbers_are_numbers(tmp_path: Path) -> None:
    for body in ("return np.float32(0.5)", "return np.int64(1)"):
        assert measure(tmp_path, written(tmp_path, body), ["own"], ANSWERS)["own"]["value"] in (0.5, 1.0)


BY_ROW = "return np.abs(y_true - y_score)"


@pytest.mark.parametrize(("module", "gate"), GATES)
def test_every_gate_takes_one_that_is_per_row_and_says_the_same_of_it(
    tmp_path: Path, module: Any, gate: dict[str, Any]
) -> None:
    first = next(module.results(*case_of(tmp_path, written(tmp_path, BY_ROW, gate, "row"))))
    whole = next(module.results(*case_of(tmp_path, written(tmp_path, GOOD, gate))))

    assert first.verdict == "pass"
    assert first.value == pytest.approx(whole.value, abs=0.02)  # of two slices that are alike either may decide
    assert first.low == pytest.approx(whole.low, abs=0.02)


def test_one_that_is_per_row_is_not_asked_for_every_resample(tmp_path: Path) -> None:
    (tmp_path / "calls").touch()
    count = f"with open(r'{tmp_path / 'calls'}', 'a') as calls: calls.write('x')\n    {BY_ROW}"

    interval_of(tmp_path, written(tmp_path, count, per="row"), "own", ANSWERS)

    assert len((tmp_path / "calls").read_text()) < 10


def test_one_that_is_per_row_counts_rows_by_their_weight(tmp_path: Path) -> None:
    weights = np.where(TRUTH == 1, 3.0, 1.0)

    found = interval_of(tmp_path, written(tmp_path, BY_ROW, per="row"), "own", replace(ANSWERS, weights=weights))

    assert found.value == pytest.approx(np.average(np.abs(TRUTH - SCORE), weights=weights))
    assert found.low < found.value < found.high


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("return y_score - y_score.mean()", "alone: it is no measure of each row"),
        ("return np.where(y_score > 0.5, np.nan, 1.0)", "values that are NaN or infinite"),
        ("raise ValueError('no judge answers')", "metric `own` raised ValueError: no judge answers"),
    ],
)
def test_a_number_that_is_none_of_its_row_is_inconclusive(tmp_path: Path, body: str, reason: str) -> None:
    first = next(metric.results(*case_of(tmp_path, written(tmp_path, body, per="row"))))

    assert first.verdict == "inconclusive"
    assert reason in first.reason


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (GOOD, "gives float, not a number for each of 600 rows"),
        ("return y_score[1:]", r"of float64 and shape \(599,\), not a number for each of 600 rows"),
        ("return np.column_stack([y_score, y_score])", r"shape \(600, 2\)"),
        ("return ['good'] * len(y_true)", "not a number for each"),
        ("return None", "gives NoneType"),
    ],
)
def test_what_is_not_a_number_for_each_row_stops_the_run(tmp_path: Path, body: str, message: str) -> None:
    with pytest.raises(Failure, match=message):
        measure(tmp_path, written(tmp_path, body, per="row"), ["own"], ANSWERS)


def test_rows_given_as_one_number_are_told_of_per_row(tmp_path: Path) -> None:
    with pytest.raises(Failure) as raised:
        measure(tmp_path, written(tmp_path, BY_ROW), ["own"], ANSWERS)

    assert "`per: row`" in (raised.value.remedy or "")
