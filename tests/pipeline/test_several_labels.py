"""Several labels a row: what a split, an answer, a drill and a server make of their columns, and what they refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.stats import binomtest
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_fscore_support
from sklearn.multiclass import OneVsRestClassifier
from skops.io import dump

from mlops_spec.errors import Failure
from mlops_spec.gates.attacks.answers import constant, few, inverted, shuffled
from mlops_spec.monitor.answers import check_answers
from mlops_spec.monitor.predictions import Live
from mlops_spec.package.on_disk import read_manifest
from mlops_spec.package.predictor.load import load_predict
from mlops_spec.package.predictor.output import check_output
from mlops_spec.package.predictor.skops_file import load_skops
from mlops_spec.pipeline.answers import Answers, read_answers, write_answers
from mlops_spec.pipeline.by_label import by_label
from mlops_spec.pipeline.contract import check
from mlops_spec.pipeline.giveaways import revealing_features
from mlops_spec.pipeline.simple_model import Known, simple_of
from mlops_spec.pipeline.tasks import TARGETS
from mlops_spec.spec import Spec
from mlops_spec.spec.tasks import TASKS
from mlops_spec.targets.local.serve.compare import Deciding, compare
from mlops_validators.unlabelled import answered

from .conftest import Project, initialize

if TYPE_CHECKING:
    from pathlib import Path

NAME = "multilabel-classification"
LABELS = ["even", "round", "high"]
RNG = np.random.default_rng(3)
ROWS = pd.DataFrame({"x": RNG.normal(size=400), "z": RNG.normal(size=400)})
TRUTH = np.column_stack([ROWS.x > 0, ROWS.z > 0.5, ROWS.x + ROWS.z > 0]).astype(int)
ANSWER = TASKS[NAME].answer


def spec(target: Any = LABELS, **other: Any) -> Spec:
    whole = {"spec": 1, "model": "traits", "task": NAME, "owners": ["@a"], "train": {"run": "x"}} | other
    gates = [{"metric": "f1_micro" if whole["task"] == NAME else "roc_auc", "min": 0.5}]
    return Spec.model_validate({**whole, "data": {"path": "d.csv", "target": target}, "gates": gates})


def table(**columns: Any) -> pd.DataFrame:
    return ROWS.assign(**dict(zip(LABELS, TRUTH.T, strict=True)) | columns)


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (2 * TRUTH[:, 0], "even: has the values 0, 2; a label is 0 or 1"),
        (np.where(TRUTH[:, 0], "yes", "no"), "even: has the values no, yes; a label is 0 or 1"),
        (TRUTH[:, 0] * 0, "even: is 0 in all rows: there is nothing to tell apart"),
        (np.where(np.arange(400) == 7, np.nan, TRUTH[:, 0]), "even: missing in 1 row: 8"),
    ],
)
def test_a_label_is_0_or_1_and_both(column: Any, said: str) -> None:
    assert said in [str(found) for found in check(spec(), table(even=column))]
    assert check(spec(), table()) == check(spec(), table(even=TRUTH[:, 0] == 1)) == ()


def test_a_target_of_too_few_or_many_columns_is_refused() -> None:
    (one,) = check(spec("even"), table())
    (three,) = check(spec(task="binary-classification"), table())

    assert "is several columns, one for each label" in str(one)
    assert "even, round, high: the target of a task of binary-classification is one column" in str(three)


def test_a_column_that_tells_one_label_is_told_with_it() -> None:
    rows = table(told=TRUTH[:, 1] + np.random.default_rng(0).normal(0, 0.01, len(ROWS)))

    found = [each for each in revealing_features(spec(), rows) if each.column == "told"]

    assert [f"the target `{LABELS[1]}`" in each.why for each in found] == [True]


def test_a_split_that_hides_a_label_from_a_side_is_refused() -> None:
    train, test = (pd.DataFrame(TRUTH, columns=LABELS) for _ in range(2))

    assert TARGETS[NAME].one_sided(train, test) == ""
    assert "leaves test with one value only of the label round" in TARGETS[NAME].one_sided(train, test.assign(round=0))
    assert "leaves train with one value only of the label even" in TARGETS[NAME].one_sided(train.assign(even=1), test)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (np.full((4, 2), 0.5), r"shape \(4, 2\)"),
        (np.full(4, 0.5), r"shape \(4,\)"),
        (np.full((4, 3), 1.5), "row 0 is no probability"),
        (np.full((4, 3), np.nan), "NaN or infinite"),
        ([["a"] * 3] * 4, "no array of numbers"),
    ],
)
def test_answers_of_another_shape_are_refused(answer: Any, says: str) -> None:
    with pytest.raises(Failure, match=says) as refused:
        check_output(answer, 4, ANSWER, 3)

    assert "the probability of each label, shape (4, 3)" in (refused.value.remedy or "")
    assert check_output(np.full((4, 3), 0.9), 4, ANSWER, 3).sum() == pytest.approx(10.8)  # rows need not sum to 1


@pytest.mark.parametrize(
    "model", [RandomForestClassifier(5, random_state=0), OneVsRestClassifier(LogisticRegression())]
)
def test_estimators_that_answer_by_label_are_read(model: Any, tmp_path: Path) -> None:
    model.fit(ROWS, TRUTH)
    dump(model, tmp_path / "m.skops")
    trusted = ["sklearn.tree._tree.Tree"]

    answer = load_skops(tmp_path / "m.skops", ANSWER, LABELS, None, trusted)(ROWS)

    told = check_output(answer, 400, ANSWER, 3)
    assert ((told >= 0.5) == (TRUTH == 1)).mean(axis=0).min() > 0.9  # by columns, in their order


def test_answers_are_kept_as_they_were(tmp_path: Path) -> None:
    answers = Answers(TRUTH, RNG.random((400, 3)))

    write_answers(tmp_path / "a.parquet", answers)
    found = read_answers(tmp_path / "a.parquet")

    assert np.array_equal(found.truth, TRUTH)
    assert np.array_equal(found.score, answers.score)


def test_the_simple_model_knows_each_label() -> None:
    found = simple_of(Known(ROWS, TRUTH, None), ROWS, 3)

    assert found.linear.shape == found.constant.shape == (400, 3)
    assert found.constant[0] == pytest.approx(TRUTH.mean(axis=0))
    assert ((found.linear >= 0.5) == (TRUTH == 1)).mean() > 0.95


@pytest.mark.parametrize("damage", [shuffled, constant, inverted])
def test_each_damage_is_one_and_still_an_answer(damage: Any) -> None:
    good = Answers(TRUTH, np.where(TRUTH == 1, 0.9, 0.1))

    worse = damage(good, np.random.default_rng(0))

    assert check_output(worse, 400, ANSWER, 3).shape == (400, 3)
    assert ((worse >= 0.5) == (TRUTH == 1)).mean() < 0.8
    assert len(few(good)) <= 10


def test_versions_disagree_by_rows_not_by_labels() -> None:
    half = Deciding(NAME, 0.5, LABELS)
    one, other = (
        b'{"outputs":[{"shape":[2,3],"data":[0.9,0.1,0.9,%s,%s,0.9]}]}' % pair
        for pair in ((b"0.9", b"0.9"), (b"0.1", b"0.1"))
    )

    found = compare(one, half, other, half)

    assert found is not None
    assert (found.rows, found.disagreed) == (2, 1)


def test_the_drift_of_answers_is_seen() -> None:
    known = answered(TRUTH, np.clip(0.8 * TRUTH + 0.1, 0, 1), NAME)
    moved = np.full((400, 3), 0.9)

    (steady, *_), (drifted, *_) = (
        list(check_answers(spec(), (known,), live(scores))) for scores in (0.8 * TRUTH + 0.1, moved)
    )

    assert not steady.findings
    assert "answers, at most 0.2" in drifted.findings[0]


def live(scores: np.ndarray) -> Live:
    return Live(ROWS, (None,) * len(scores), scores)


TRAIN = """
    from pathlib import Path
    import pandas as pd
    from skops.io import dump
    from sklearn.ensemble import ExtraTreesClassifier
    rows = pd.read_parquet("build/data/train.parquet")
    labels = ["even", "loop", "high"]
    model = ExtraTreesClassifier(60, random_state=0).fit(rows.drop(columns=["id", *labels]), rows[labels])
    Path("build/model").mkdir(parents=True, exist_ok=True)
    dump(model, "build/model/model.skops")
"""


@pytest.mark.slow
def test_digits_traits_are_trained_judged_and_drilled(tmp_path: Path) -> None:
    """scikit-learn's 1,797 digits: even, with a loop, and 5 or more."""
    project = Project(tmp_path / "repo")
    project.root.mkdir()
    initialize(project)
    images, digit = load_digits(return_X_y=True, as_frame=True)
    labels = {"even": digit % 2 == 0, "loop": digit.isin([0, 6, 8, 9]), "high": digit >= 5}
    rows = images.loc[:, images.nunique() > 1].astype(int)
    rows.insert(0, "id", [f"d{number}" for number in range(len(rows))])
    (project.root / "data").mkdir()
    rows.assign(**{name: held.astype(int) for name, held in labels.items()}).to_csv(
        project.root / "data/rows.csv", index=False
    )
    project.write("src/traits.py", TRAIN)
    spec = {
        "spec": 1,
        "model": "traits",
        "task": NAME,
        "owners": ["@acme/vision"],
        "data": {"path": "data/rows.csv", "target": [*labels], "id": "id"},
        "train": {"run": "python -m traits", "format": "skops", "trusted_types": ["sklearn.tree._tree.Tree"]},
        "evaluate": {"resamples": 200, "metrics": ["f1_macro", "label_ranking_average_precision"]},
        "gates": [{"metric": "f1_micro", "min": 0.9}, {"metric": "hamming_loss", "max": 0.1}],
    }
    project.write("model.yaml", yaml.safe_dump(spec))
    project.tool("dvc", "add", "--quiet", "data/rows.csv")
    project.render()
    project.commit()

    assert (done := project.command("run")).returncode == 0, done.stderr
    assert (judged := project.command("gate")).returncode == 0, judged.stdout
    assert "ALL STOPPED" in (drilled := project.command("drill")).stdout, drilled.stdout + drilled.stderr
    manifest = read_manifest(project.root / "build/package")
    assert manifest.classes == ("even", "loop", "high")
    answer = load_predict(project.root / "build/package")(rows.tail(7))
    assert answer.shape == (7, 3)


def test_each_label_is_measured_alone(tmp_path: Path) -> None:
    score = np.clip(TRUTH * 0.4 + RNG.random(TRUTH.shape) * 0.6, 0, 1)

    found = by_label(tmp_path, spec(), Answers(TRUTH, score))["labels"]

    expected = precision_recall_fscore_support(TRUTH, score >= 0.5)
    for place, label in enumerate(LABELS):
        measures, (precision, recall, f1, support) = found[label]["measures"], (each[place] for each in expected)
        assert found[label]["rows"] == support
        assert [measures[name]["value"] for name in ("precision", "recall", "f1")] == pytest.approx(
            [precision, recall, f1]
        )
        ends = binomtest(round(recall * support), int(support)).proportion_ci(method="wilson")
        assert (measures["recall"]["low"], measures["recall"]["high"]) == pytest.approx((ends.low, ends.high))


def test_a_label_that_no_row_is_told_has_no_precision(tmp_path: Path) -> None:
    found = by_label(tmp_path, spec(), Answers(TRUTH, TRUTH * [0.9, 0.9, 0.1]))["labels"]["high"]["measures"]

    assert found["precision"]["value"] is None
    assert found["precision"]["reason"]
    assert found["recall"]["value"] == 0


def test_a_task_without_labels_has_no_such_section(tmp_path: Path) -> None:
    answers = Answers(TRUTH[:, 0], TRUTH[:, 0] * 0.5)

    assert by_label(tmp_path, spec("even", task="binary-classification"), answers) == {}
