"""Several numeric targets a row: what contract, answers, drill and monitor make of their columns, and refuse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.datasets import load_digits
from sklearn.linear_model import Ridge
from skops.io import dump

from mlops_spec.errors import Failure
from mlops_spec.gates.attacks.answers import constant, few, inverted, moved_on, shuffled
from mlops_spec.integrity.evaluation import problems
from mlops_spec.integrity.shapes import Evaluation
from mlops_spec.monitor.answers import check_answers
from mlops_spec.monitor.predictions import Live
from mlops_spec.package.manifest import Tensor
from mlops_spec.package.on_disk import read_manifest
from mlops_spec.package.predictor.load import load_predict
from mlops_spec.package.predictor.output import check_output
from mlops_spec.package.predictor.skops_file import load_skops
from mlops_spec.pipeline.answers import Answers, read_answers, write_answers
from mlops_spec.pipeline.by_target import by_target
from mlops_spec.pipeline.contract import check
from mlops_spec.pipeline.simple_model import Known, simple_of
from mlops_spec.spec import Spec
from mlops_spec.spec.chance import chance
from mlops_spec.spec.tasks import TASKS
from mlops_spec.targets.local.serve.tensors import Request, answer
from mlops_validators.unlabelled import Answered

from .conftest import Project, initialize

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ["width", "weight", "price"]
RNG = np.random.default_rng(3)
ROWS = pd.DataFrame({"x": RNG.normal(size=400), "z": RNG.normal(size=400)})
TRUTH = np.column_stack([ROWS.x, 100 + 20 * ROWS.z, 5 + ROWS.x - ROWS.z]) + 0.1 * RNG.normal(size=(400, 3))
GOOD = TRUTH + RNG.normal(size=(400, 3)) * [0.2, 4, 0.3]
ANSWER = TASKS["regression"].answer


def spec(target: Any = NAMES, *gates: dict[str, Any], **other: Any) -> Spec:
    whole = {"spec": 1, "model": "parts", "task": "regression", "owners": ["@a"], "train": {"run": "x"}} | other
    data = {"path": "d.csv", "target": target, **whole.pop("data", {})}
    return Spec.model_validate({**whole, "data": data, "gates": [*gates] or [{"metric": "r2", "min": 0.5}]})


def table(**columns: Any) -> pd.DataFrame:
    return ROWS.assign(**dict(zip(NAMES, TRUTH.T, strict=True)) | columns)


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (TRUTH[:, 1] * 0, "weight: has one value only: there is nothing to predict"),
        (np.where(ROWS.x > 0, "yes", "no"), "weight: a regression's target must be numbers"),
        (np.where(np.arange(400) == 7, np.nan, TRUTH[:, 1]), "weight: missing in 1 row: 8"),
    ],
)
def test_each_target_is_numbers_and_none_is_constant(column: Any, said: str) -> None:
    assert said in [str(found) for found in check(spec(), table(weight=column))]
    assert check(spec(), table()) == check(spec("price"), table()) == ()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (GOOD[:, :2], r"shape \(400, 2\)"),
        (GOOD[:, 0], r"shape \(400,\)"),
        (GOOD.T, r"shape \(3, 400\)"),
        (np.where(GOOD > 140, np.inf, GOOD), "NaN or infinite"),
    ],
)
def test_answers_of_another_shape_are_refused(given: np.ndarray, says: str) -> None:
    with pytest.raises(Failure, match=says) as refused:
        check_output(given, 400, ANSWER, 3)

    assert r"values, shape (400, 3)" in (refused.value.remedy or "")
    assert check_output(GOOD, 400, ANSWER, 3).shape == (400, 3)
    assert check_output(GOOD[:, 0], 400, ANSWER, 0).shape == (400,)


def test_answers_are_kept_as_they_were(tmp_path: Path) -> None:
    write_answers(tmp_path / "a.parquet", Answers(TRUTH, GOOD))
    found = read_answers(tmp_path / "a.parquet")

    assert np.array_equal(found.truth, TRUTH)
    assert np.array_equal(found.score, GOOD)


def test_the_simple_model_knows_each_target() -> None:
    found = simple_of(Known(ROWS, TRUTH, None), ROWS, 3)

    assert found.kind == "ridge regression"
    assert found.linear.shape == found.constant.shape == found.middle.shape == (400, 3)
    assert found.constant[0] == pytest.approx(TRUTH.mean(axis=0))
    assert found.middle[0] == pytest.approx(np.median(TRUTH, axis=0))
    assert np.corrcoef(found.linear[:, 1], TRUTH[:, 1])[0, 1] > 0.99


@pytest.mark.parametrize("damage", [shuffled, constant, inverted, moved_on])
def test_each_damage_is_one_and_still_an_answer(damage: Any) -> None:
    worse = damage(Answers(TRUTH, GOOD), np.random.default_rng(0))

    assert check_output(worse, 400, ANSWER, 3).shape == (400, 3)
    assert np.abs(worse - TRUTH).mean(axis=0).sum() > 3 * np.abs(GOOD - TRUTH).mean(axis=0).sum()
    assert len(few(Answers(TRUTH, GOOD))) <= 10


def test_what_a_constant_reaches_is_of_the_mean_or_of_the_worst() -> None:
    columns = {name: {"type": "number", "min": 0, "max": most} for name, most in zip(NAMES, (2, 40, 6), strict=True)}
    held = spec(data={"contract": {"columns": columns}})

    assert chance(held, "mean_absolute_error") == pytest.approx((1 + 20 + 3) / 3)
    assert chance(held, "mean_absolute_error_worst") == 20
    assert chance(held, "mean_squared_error_worst") == 400
    assert chance(held, "r2_worst") == 0


def evaluation(tmp_path: Path, held: Spec) -> dict[str, Any]:
    return json.loads(json.dumps(by_target(tmp_path, held, Answers(TRUTH, GOOD))))


def test_each_target_has_its_measures_beside_those_of_all(tmp_path: Path) -> None:
    held = spec(NAMES, {"metric": "r2_worst", "min": 0.5}, evaluate={"metrics": ["mean_absolute_error"]})

    found = evaluation(tmp_path, held)["targets"]

    assert [*found] == NAMES
    assert {*found["weight"]["measures"]} == {"mean_absolute_error", "r2"}
    off = np.abs(TRUTH - GOOD).mean(axis=0)
    assert found["weight"]["measures"]["mean_absolute_error"]["value"] == pytest.approx(off[1])
    assert by_target(tmp_path, spec("price"), Answers(TRUTH[:, 0], GOOD[:, 0])) == {}


def test_targets_that_do_not_make_up_the_measures_are_found(tmp_path: Path) -> None:
    held = spec(NAMES, {"metric": "r2_worst", "min": 0.5}, evaluate={"metrics": ["r2"]})
    each = evaluation(tmp_path, held)["targets"]
    values = [one["measures"]["r2"]["value"] for one in each.values()]
    measures = {"r2": {"value": np.mean(values)}, "r2_worst": {"value": min(values)}}
    whole = {"v": 1, "model": "parts", "rows": 400, "test_sha256": "0" * 64, "predictions_sha256": "0" * 64}
    measures = {name: {**one, "low": None, "high": None, "method": "bca"} for name, one in measures.items()}
    sound = Evaluation.model_validate({**whole, "measures": measures, "slices": {}, "targets": each})

    def said(found: Evaluation) -> list[str]:
        return [str(each) for each in problems(held, found, replace_rows(), [])]

    def replace_rows() -> Any:
        class Judged:
            rows = 400

        return Judged()

    assert said(sound) == []
    lifted = sound.model_copy(deep=True)
    lifted.measures["r2_worst"] = sound.measures["r2"]
    assert "measures.r2_worst" in said(lifted)[0]
    lacking = sound.model_copy(
        update={"targets": {name: one for name, one in sound.targets.items() if name != "price"}}
    )
    assert "targets.price" in said(lacking)[0]


def test_answers_name_their_targets() -> None:
    request = Request(None, 2, {}, frozenset())
    output = [Tensor(name="value", datatype="FP64", shape=(-1, 3))]

    (said,) = json.loads(answer(request, "parts", "1", output, GOOD[:2], NAMES))["outputs"]

    assert said["shape"] == [2, 3]
    assert said["parameters"] == {"targets": NAMES}


def test_the_target_that_drifted_is_named() -> None:
    held = spec(NAMES, {"metric": "mean_absolute_error", "max": 3})
    known = [
        Answered(**{name: tuple(values) for name, values in one["answered"].items()})
        for one in by_target(None, held, Answers(TRUTH, GOOD))["targets"].values()  # type: ignore[arg-type]
    ]

    steady, worth = list(check_answers(held, known, live(GOOD)))
    moved, worse = list(check_answers(held, known, live(GOOD + np.array([0, 60, 0]))))
    (other,) = list(check_answers(held, known, live(GOOD[:, :2])))

    assert not steady.findings
    assert "mean_absolute_error 1.2" in worth.told
    assert "answers for `weight`, at most 0.2" in moved.findings[0]
    assert worse.told
    assert "another shape" in other.findings[0]


def live(scores: np.ndarray) -> Live:
    return Live(ROWS, (None,) * len(scores), scores)


def test_an_estimator_of_several_targets_is_read(tmp_path: Path) -> None:
    dump(Ridge().fit(ROWS, TRUTH), tmp_path / "m.skops")

    told = check_output(load_skops(tmp_path / "m.skops", ANSWER, NAMES, None, [])(ROWS), 400, ANSWER, 3)

    assert np.abs(told - TRUTH).mean(axis=0).max() < 0.5


TRAIN = """
    from pathlib import Path
    import pandas as pd
    from skops.io import dump
    from sklearn.ensemble import ExtraTreesRegressor
    rows = pd.read_parquet("build/data/train.parquet")
    targets = ["left", "middle", "right"]
    model = ExtraTreesRegressor(60, random_state=0).fit(rows.drop(columns=["id", *targets]), rows[targets])
    Path("build/model").mkdir(parents=True, exist_ok=True)
    dump(model, "build/model/model.skops")
"""


@pytest.mark.slow
def test_the_lower_half_of_digits_is_trained_judged_and_drilled(tmp_path: Path) -> None:
    """scikit-learn's 1,797 digits: of the upper half of the image, how much ink is below, left, middle and right."""
    project = Project(tmp_path / "repo")
    project.root.mkdir()
    initialize(project)
    images = load_digits().images
    below = images[:, 4:].sum(axis=1)
    rows = pd.DataFrame(images[:, :4].reshape(len(images), -1)).add_prefix("pixel_").astype(int)
    targets = {"left": below[:, :3], "middle": below[:, 3:5], "right": below[:, 5:]}
    rows = rows.assign(**{name: ink.sum(axis=1) for name, ink in targets.items()})
    (project.root / "data").mkdir()
    rows.assign(id=[f"d{number}" for number in range(len(rows))]).to_csv(project.root / "data/rows.csv", index=False)
    project.write("src/ink.py", TRAIN)
    spec = {
        "spec": 1,
        "model": "ink",
        "task": "regression",
        "owners": ["@acme/vision"],
        "data": {"path": "data/rows.csv", "target": [*targets], "id": "id"},
        "train": {"run": "python -m ink", "format": "skops", "trusted_types": ["sklearn.tree._tree.Tree"]},
        "evaluate": {"resamples": 200, "metrics": ["r2", "r2_worst", "root_mean_squared_error"]},
        "gates": [
            {"metric": "mean_absolute_error", "max": 14},
            {"metric": "mean_absolute_error_worst", "max": 15},
        ],
    }
    project.write("model.yaml", yaml.safe_dump(spec))
    project.tool("dvc", "add", "--quiet", "data/rows.csv")
    project.render()
    project.commit()

    assert (done := project.command("run")).returncode == 0, done.stderr
    assert (judged := project.command("gate")).returncode == 0, judged.stdout
    assert "ALL STOPPED" in (drilled := project.command("drill")).stdout, drilled.stdout + drilled.stderr
    assert "mean_absolute_error        stops 7 of 7" in drilled.stdout  # targets mixed up among them
    assert "mean_absolute_error_worst  stops 8 of 8" in drilled.stdout  # and one target damaged
    manifest = read_manifest(project.root / "build/package")
    assert manifest.classes == tuple(targets)
    assert load_predict(project.root / "build/package")(rows.tail(7)).shape == (7, 3)
    found = json.loads((project.root / "build/evaluate/evaluation.json").read_bytes())
    assert [*found["targets"]] == sorted(targets)
    assert found["measures"]["r2_worst"]["value"] == pytest.approx(
        min(one["measures"]["r2"]["value"] for one in found["targets"].values())
    )
