"""A ranking: what contract, split, answers, drill and monitor make of queries, and what they refuse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.datasets import load_digits

from mlops_spec.errors import Failure
from mlops_spec.gates.attacks.answers import constant, few, inverted, shuffled
from mlops_spec.monitor.performance import check_performance
from mlops_spec.monitor.predictions import Live
from mlops_spec.package.on_disk import read_manifest
from mlops_spec.package.predictor.load import load_predict
from mlops_spec.package.predictor.output import check_output
from mlops_spec.pipeline.answers import Answers, groups_of
from mlops_spec.pipeline.contract import check
from mlops_spec.pipeline.curves import write_curves
from mlops_spec.pipeline.measured import interval_of, measure
from mlops_spec.pipeline.split import split
from mlops_spec.pipeline.tasks import TARGETS
from mlops_spec.spec import Spec
from mlops_spec.spec.tasks import TASKS

from .conftest import Project, initialize

if TYPE_CHECKING:
    from pathlib import Path

RNG = np.random.default_rng(4)
QUERY = np.repeat([f"q{number}" for number in range(80)], 6)
RELEVANCE = RNG.integers(0, 3, len(QUERY)).astype(float)
ROWS = pd.DataFrame({"query": QUERY, "x": RELEVANCE + RNG.normal(size=len(QUERY)), "relevance": RELEVANCE})
GOOD = Answers(RELEVANCE, ROWS.x.to_numpy(), QUERY)
TASK = TASKS["ranking"]


def spec(data: dict[str, Any] | None = None, **other: Any) -> Spec:
    known = {"path": "d.csv", "target": "relevance", "split": {"by": "group", "column": "query"}} | (data or {})
    whole = {"spec": 1, "model": "offers", "task": "ranking", "owners": ["@a"], "train": {"run": "x"}, "data": known}
    return Spec.model_validate(whole | {"gates": [{"metric": "ndcg", "min": 0.5}]} | other)


@pytest.mark.parametrize(
    ("rows", "data", "said"),
    [
        (ROWS.assign(relevance=RELEVANCE - 1), {}, "relevance: below 0, and relevance is 0 or more in"),
        (ROWS.assign(relevance=2), {}, "has one value only: no order is right or wrong"),
        (ROWS.assign(relevance="high"), {}, "relevance must be numbers, 0 or more"),
        (ROWS, {"split": {"by": "hash"}}, "lie in queries: name their column (data.split: by group)"),
        (ROWS.assign(query=range(len(ROWS))), {}, "the same in all rows of each query but one at most"),
        (ROWS.assign(relevance=(QUERY == "q1") * 1.0), {}, "the same in all rows of each query but one at most"),
    ],
)
def test_relevance_is_0_or_more_of_rows_in_queries(rows: pd.DataFrame, data: dict[str, Any], said: str) -> None:
    assert said in " ".join(str(found) for found in check(spec(data), rows))
    assert check(spec(), ROWS) == ()


def test_a_side_without_a_relevant_row_is_refused() -> None:
    some, none = pd.DataFrame({"r": [0.0, 1.0]}), pd.DataFrame({"r": [0.0, 0.0]})

    assert TARGETS["ranking"].one_sided(some, some) == ""
    assert TARGETS["ranking"].one_sided(some, none) == "leaves test without a relevant row"
    assert TARGETS["ranking"].one_sided(none, some) == "leaves train without a relevant row"


def test_a_query_lies_on_one_side(tmp_path: Path) -> None:
    ROWS.to_csv(tmp_path / "d.csv", index=False)

    split(tmp_path, spec(), tmp_path / "d.csv")

    train, test = (pd.read_parquet(tmp_path / f"build/data/{side}.parquet") for side in ("train", "test"))
    assert not {*train["query"]} & {*test["query"]}
    assert len(train) + len(test) == len(ROWS)
    assert list(groups_of(spec(), test, test["relevance"].to_numpy())) == list(test["query"])


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (np.ones((4, 1)), r"shape \(4, 1\)"),
        (np.ones(3), r"shape \(3,\)"),
        ([1, 2, np.nan, 4], "NaN or infinite"),
        ([["q1", 0.5]] * 4, "no array of numbers"),
    ],
)
def test_answers_of_another_shape_are_refused(answer: Any, says: str) -> None:
    with pytest.raises(Failure, match=says) as refused:
        check_output(answer, 4, TASK.answer, 0)

    assert "a score for each row, shape (4,)" in (refused.value.remedy or "")
    assert check_output([-3.0, 0.1, 9.0, 1e6], 4, TASK.answer, 0).shape == (4,)


@pytest.mark.parametrize("damage", [shuffled, constant, inverted])
def test_each_damage_is_one_and_still_an_answer(damage: Any, tmp_path: Path) -> None:
    worse = damage(GOOD, np.random.default_rng(0))
    before, after = (
        interval_of(tmp_path, spec(), "ndcg", Answers(RELEVANCE, each, QUERY)).value for each in (GOOD.score, worse)
    )

    assert check_output(worse, len(QUERY), TASK.answer, 0).shape == QUERY.shape
    assert after < before - 0.05
    assert len(few(GOOD)) <= 10


def test_measures_are_of_the_first_k_that_the_spec_says(tmp_path: Path) -> None:
    asked = ["ndcg", "ndcg_at_k", "recall_at_k"]

    said, not_said = (measure(tmp_path, spec(evaluate=each), asked, GOOD) for each in ({"k": 3}, {}))

    assert 0 < said["recall_at_k"]["value"] < 1
    assert said["ndcg"] == not_said["ndcg"]
    assert not_said["ndcg_at_k"]["value"] is None
    assert "k is None, and must be 1 or more" in not_said["ndcg_at_k"]["reason"]


def test_rows_whose_query_nobody_knows_have_no_measure(tmp_path: Path) -> None:
    found = measure(tmp_path, spec(), ["ndcg"], Answers(RELEVANCE, GOOD.score))

    assert found["ndcg"]["value"] is None
    assert "needs `groups`" in found["ndcg"]["reason"]


def test_the_curve_rises_to_all_rows_of_a_query(tmp_path: Path) -> None:
    write_curves(tmp_path, TASK, GOOD)
    write_curves(tmp_path / "none", TASK, Answers(RELEVANCE * 0, GOOD.score, QUERY))

    points = json.loads((tmp_path / "ndcg.json").read_bytes())
    assert [point["k"] for point in points] == [*map(float, range(1, 21))]
    assert points[5]["ndcg_at_k"] == points[19]["ndcg_at_k"]  # queries of six rows
    assert json.loads((tmp_path / "none/ndcg.json").read_bytes()) == []


def test_late_labels_find_the_query_where_it_is_an_input(tmp_path: Path) -> None:
    names = tuple(str(number) for number in range(len(ROWS)))
    ROWS.assign(id=names)[["id", "relevance"]].to_csv(tmp_path / "labels.csv", index=False)
    wanted = {"performance": {"labels": "labels.csv", "metric": "ndcg", "min": 0.99}}
    asked = spec({"id": "id"}, monitor=wanted)
    assert asked.monitor is not None
    assert asked.monitor.performance is not None

    class Manifest:
        task, classes = "ranking", ()

    def told(inputs: pd.DataFrame) -> Any:
        live = Live(inputs, names, GOOD.score)
        return check_performance(tmp_path, asked, asked.monitor.performance, Manifest, live)  # type: ignore[arg-type, union-attr]

    assert "ndcg 0.93" in told(ROWS[["query", "x"]]).findings[0]
    assert "needs `groups`" in told(ROWS[["x"]]).told


TRAIN = """
    from pathlib import Path
    import pandas as pd
    from skops.io import dump
    from sklearn.ensemble import ExtraTreesRegressor
    rows = pd.read_parquet("build/data/train.parquet")
    model = ExtraTreesRegressor(60, random_state=0).fit(rows.drop(columns=["id", "image", "relevance"]), rows.relevance)
    Path("build/model").mkdir(parents=True, exist_ok=True)
    dump(model, "build/model/model.skops")
"""


@pytest.mark.slow
def test_images_of_the_same_digit_are_ranked_judged_and_drilled(tmp_path: Path) -> None:
    """scikit-learn's digits: of eight other images those that show the digit of the first, by how far pixels differ."""
    project = Project(tmp_path / "repo")
    project.root.mkdir()
    initialize(project)
    images, digit = load_digits(return_X_y=True)
    rng = np.random.default_rng(0)
    asked = np.repeat(rng.permutation(len(images))[:500], 8)
    beside = rng.integers(0, len(images), len(asked))
    alike = rng.random(len(asked)) < 0.3
    beside[alike] = [rng.choice(np.flatnonzero(digit == digit[one])) for one in asked[alike]]
    apart = np.abs(images[asked] - images[beside]).reshape(-1, 8, 4, 2).sum(axis=3).reshape(len(asked), -1)
    rows = pd.DataFrame(apart.astype(int)).add_prefix("apart_")
    rows = rows.assign(image=asked, relevance=(digit[asked] == digit[beside]).astype(int))
    (project.root / "data").mkdir()
    rows.assign(id=[f"r{number}" for number in range(len(rows))]).to_csv(project.root / "data/rows.csv", index=False)
    project.write("src/same.py", TRAIN)
    spec = {
        "spec": 1,
        "model": "same",
        "task": "ranking",
        "owners": ["@acme/vision"],
        "data": {
            "path": "data/rows.csv",
            "target": "relevance",
            "id": "id",
            "split": {"by": "group", "column": "image"},
        },
        "train": {
            "run": "python -m same",
            "format": "skops",
            "trusted_types": ["sklearn.tree._tree.Tree"],
            "features": {"exclude": ["image"]},
        },
        "evaluate": {"resamples": 200, "k": 3},
        "gates": [{"metric": "ndcg_at_k", "min": 0.7}, {"metric": "mean_reciprocal_rank", "min": 0.7}],
    }
    project.write("model.yaml", yaml.safe_dump(spec))
    project.tool("dvc", "add", "--quiet", "data/rows.csv")
    project.render()
    project.commit()

    assert (done := project.command("run")).returncode == 0, done.stderr
    assert (judged := project.command("gate")).returncode == 0, judged.stdout
    assert "ALL STOPPED" in (drilled := project.command("drill")).stdout, drilled.stdout + drilled.stderr
    assert read_manifest(project.root / "build/package").signature.outputs[0].name == "score"
    assert load_predict(project.root / "build/package")(rows.tail(7)).shape == (7,)
