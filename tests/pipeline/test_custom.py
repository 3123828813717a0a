"""A custom task: what becomes of answers that are no numbers, from `predict` to gates, drill, server and monitor."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.datasets import load_digits

from mlops_spec import model_folder
from mlops_spec.errors import Failure
from mlops_spec.gates.attacks.answers import exchanged, few, most_frequent
from mlops_spec.gates.candidate import check_same_answers
from mlops_spec.gates.case import Case, Perturbed, Rival
from mlops_spec.gates.kinds import champion, metric, robustness, slices, weak_slices
from mlops_spec.monitor.answers import check_answers
from mlops_spec.monitor.performance import check_performance
from mlops_spec.monitor.predictions import Live
from mlops_spec.package.on_disk import read_manifest
from mlops_spec.package.predictor.answer_lines import read_lines, write_lines
from mlops_spec.package.predictor.json_answers import from_json
from mlops_spec.package.predictor.load import load_predict
from mlops_spec.package.predictor.output import check_output
from mlops_spec.pipeline.answers import Answers, read_answers, write_answers
from mlops_spec.pipeline.contract import check
from mlops_spec.pipeline.giveaways import encoded_features, revealing_features
from mlops_spec.pipeline.measured import interval_of, measure
from mlops_spec.pipeline.signature import output_of
from mlops_spec.pipeline.table import of_frame
from mlops_spec.pipeline.tasks import TARGETS
from mlops_spec.pipeline.tasks.target import itself
from mlops_spec.spec import Spec
from mlops_spec.spec.tasks import TASKS
from mlops_spec.targets.local.serve.compare import compare, deciding
from mlops_spec.targets.local.serve.scores import summarise, unpack
from mlops_spec.targets.local.serve.tensors import Request, answer
from mlops_validators import interval, row_measure

from .conftest import Project, initialize

if TYPE_CHECKING:
    from pathlib import Path

TASK = TASKS["custom"]
RNG = np.random.default_rng(11)
COUNT = 400
CITIES = RNG.choice(["York", "Zürich", "Łódź", "Bath"], COUNT)
TOTALS = RNG.integers(1, 500, COUNT)
SIZE = RNG.choice(["small", "large"], COUNT)
RIGHT = RNG.random(COUNT) < 0.9
ROWS = pd.DataFrame({"text": [f"{c}: {t}" for c, t in zip(CITIES, TOTALS, strict=True)], "city": CITIES})
ROWS = ROWS.assign(total=TOTALS, size=SIZE)
GIVEN = [
    {"city": city if right else "nowhere", "total": int(total)}
    for city, total, right in zip(CITIES, TOTALS, RIGHT, strict=True)
]
MEASURES = """
def fields(y_true, y_score):
    return [((c == a["city"]) + (t == a["total"])) / 2 for (c, t), a in zip(y_true, y_score, strict=True)]


def whole(y_true, y_score):
    return sum(c == a["city"] for (c, t), a in zip(y_true, y_score, strict=True)) / len(y_true)


def spoils(y_true, y_score):
    given = len(y_score)
    y_score.clear()
    y_true[0].clear()
    return float(given)


def blind(y_true, y_score):
    return sum(t % 2 for c, t in y_true) / len(y_true)
"""


@pytest.fixture(name="root")
def fixture_root(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Its module has a name of its own: one is imported once."""
    (tmp_path / "src" / package_of(tmp_path)).mkdir(parents=True)
    (tmp_path / "src" / package_of(tmp_path) / "__init__.py").write_text(MEASURES)
    return tmp_path


def package_of(root: Path) -> str:
    return f"custom_{abs(hash(str(root)))}"


def spec(root: Path | None = None, gate: dict[str, Any] | None = None, **other: Any) -> Spec:
    package = "x" if root is None else package_of(root)
    own = [
        {"name": "fields", "run": f"{package}:fields", "direction": "higher", "per": "row"},
        *({"name": name, "run": f"{package}:{name}", "direction": "higher"} for name in ("whole", "spoils", "blind")),
    ]
    whole = {"spec": 1, "model": "invoices", "task": "custom", "owners": ["@a"], "train": {"run": "x"}}
    data = {"path": "d.csv", "target": ["city", "total"]}
    return Spec.model_validate(
        whole
        | {"data": data, "evaluate": {"resamples": 100, "metrics": own}}
        | {"gates": [gate or {"metric": "fields", "min": 0.8}]}
        | other
    )


def texts(values: list[Any]) -> np.ndarray:
    return check_output(values, len(values), TASK.answer, 0)


def truth(rows: pd.DataFrame = ROWS) -> np.ndarray:
    return TARGETS["custom"].truth(rows[["city", "total"]], [], itself)


GOOD = Answers(truth(), texts(GIVEN))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([{"b": 1, "a": [True, None]}, "é"], ['{"a":[true,null],"b":1}', '"é"']),
        ((np.float32(0.5), np.arange(3)), ["0.5", "[0,1,2]"]),
        (np.array([[1, 2], [3, 4]]), ["[1,2]", "[3,4]"]),
        (pd.Series(["a", None], dtype=object), ['"a"', "null"]),
        (pd.DataFrame({"x": [1, 2], "y": ["a", "b"]}), ['{"x":1,"y":"a"}', '{"x":2,"y":"b"}']),
        ([[], {}], ["[]", "{}"]),
    ],
)
def test_an_answer_is_kept_as_json(given: Any, kept: list[str]) -> None:
    found = check_output(given, 2, TASK.answer, 0)

    assert found.tolist() == kept
    assert found.dtype == object


LOOP: list[Any] = []
LOOP.append(LOOP)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([{"p": float("nan")}, 1], "for row 0 is not JSON: it holds NaN or infinity"),
        ([1, np.inf], "for row 1 is not JSON: it holds NaN or infinity"),
        ([1, pd.Timestamp("2024-01-01")], "for row 1 is not JSON: it holds a Timestamp"),
        ([1, b"bytes"], "it holds a bytes"),
        ([1, {0: "a"}], "a key is the int 0, and must be a text"),
        ([1, {None: "a"}], "a key is the NoneType None"),
        ([1, {1, 2}], "it holds a set"),
        ([1, LOOP], "it nests deeper than 32 levels"),
        ([1, "\ud800"], "for row 1 is not JSON"),
        ([1, 10**5000], "for row 1 is not JSON"),
        ([1, "x" * 65_535], "for row 1 is 65,537 bytes of JSON, and at most 65,536 are kept"),
        ([1], "for 2 rows has 1 answers"),
        ([1, 2, 3], "for 2 rows has 3 answers"),
        ("ab", "for 2 rows is one str"),
        ({"a": 1, "b": 2}, "for 2 rows is one dict"),
        (None, "for 2 rows is one NoneType"),
        (np.float64(1), "for 2 rows is one float64"),
        (iter([1, 2]), "for 2 rows is one list_iterator"),
    ],
)
def test_what_json_cannot_hold_is_refused_with_the_reason(given: Any, says: str) -> None:
    with pytest.raises(Failure) as refused:
        check_output(given, 2, TASK.answer, 0)

    assert says in refused.value.message
    assert "an answer for each row that JSON can hold, shape (2,)" in (refused.value.remedy or "")


def test_an_answer_of_the_greatest_size_is_kept() -> None:
    assert len(texts(["x" * 65_534, 1])[0]) == 65_536


def test_answers_come_back_as_they_were_written(tmp_path: Path) -> None:
    odd = texts(["a\nb", "\u2028", "", None, "é" * 30_000])
    write_lines(tmp_path / "a.jsonl", odd)
    write_answers(tmp_path / "p.parquet", GOOD)

    assert read_lines(tmp_path / "a.jsonl").tolist() == odd.tolist()
    read = read_answers(tmp_path / "p.parquet")
    assert read.truth.tolist() == GOOD.truth.tolist()
    assert read.score.tolist() == GOOD.score.tolist()
    check_same_answers(GOOD.score, read.score)
    with pytest.raises(Failure, match="answers otherwise"):
        check_same_answers(GOOD.score, read.score[::-1])


def test_the_truth_is_a_value_or_a_list_of_any_type() -> None:
    when = pd.DataFrame({"when": pd.to_datetime(["2024-01-01", None], utc=True)})

    assert from_json(truth().tolist()[:1]) == [[CITIES[0], int(TOTALS[0])]]
    assert from_json(TARGETS["custom"].truth(when, [], itself)) == ["2024-01-01T00:00:00+00:00", None]
    assert check(spec(), ROWS) == ()
    assert "has one value only" in " ".join(map(str, check(spec(), ROWS.assign(city="York"))))


def test_own_measures_get_values_and_their_intervals_are_those_of_numbers(root: Path) -> None:
    """Per row: the mean of the numbers of each row, as the same numbers have it elsewhere; over all: resampled."""
    found = measure(root, spec(root), ["fields", "whole"], GOOD)
    each = np.where(RIGHT, 1.0, 0.5)

    assert found["fields"]["value"] == pytest.approx(each.mean())
    assert found["fields"]["low"] < each.mean() < found["fields"]["high"]
    as_numbers = row_measure("x", lambda _, given: given, task="regression", higher_is_better=True)
    same = interval(as_numbers, np.zeros(COUNT), each, resamples=100, seed=spec(root).train.seed)
    assert (found["fields"]["low"], found["fields"]["high"]) == (same.low, same.high)
    assert found["whole"]["value"] == RIGHT.mean()
    assert 0.85 < found["whole"]["low"] < RIGHT.mean() < found["whole"]["high"] < 0.95
    grouped = interval_of(root, spec(root), "whole", replace(GOOD, groups=np.arange(COUNT) // 40))
    assert grouped.informing == 10


def test_a_measure_that_changes_what_it_is_given_changes_nothing_else(root: Path) -> None:
    kept = GOOD.score.tolist()

    assert measure(root, spec(root), ["spoils"], GOOD)["spoils"]["value"] == COUNT
    assert GOOD.score.tolist() == kept


def case(root: Path, gate: dict[str, Any]) -> Case:
    asked = spec(root, gate)
    rival = Rival(texts([{"city": "nowhere", "total": 0}] * COUNT), None)
    return Case(
        root=root,
        spec=asked,
        digest="d",
        data=of_frame(ROWS),
        data_changed=False,
        train=ROWS,
        test=ROWS,
        answers=GOOD,
        perturbed=tuple(Perturbed(each, GOOD.score) for each in asked.gates if each.kind == "robustness"),  # type: ignore[arg-type]
        latencies=None,
        package_bytes=0,
        rivals={"production": rival},
    )


GATES: list[tuple[Any, dict[str, Any]]] = [
    (metric, {"metric": "fields", "min": 0.8}),
    (metric, {"metric": "whole", "min": 0.8}),
    (champion, {"champion": "production", "metric": "fields", "margin": 0.01}),
    (slices, {"slice": "size", "metric": "fields", "min": 0.8}),
    (weak_slices, {"weak_slices": ["size"], "metric": "fields", "min": 0.7, "min_rows": 50}),
    (robustness, {"robustness": "missing", "metric": "fields", "max_drop": 0.2}),
]


@pytest.mark.parametrize(("kind", "gate"), GATES, ids=lambda each: next(iter(each)) if isinstance(each, dict) else "")
def test_each_gate_passes_good_answers_and_stops_each_attack(root: Path, kind: Any, gate: dict[str, Any]) -> None:
    given = case(root, gate)
    asked = given.spec.gates[0]
    blows = {
        f"{attack.name} {blow.name}": attack.noticed(next(iter(kind.KIND.results(blow.case, blow.gate))))
        for attack in kind.KIND.attacks
        for blow in attack.blows(given, asked)
    }

    assert next(iter(kind.KIND.results(given, asked))).verdict == "pass"
    assert all(blows.values()), blows
    if kind is metric:
        assert {"shuffled labels ", "constant scores ", "inverted scores ", "NaN and infinity NaN"} <= blows.keys()


def test_a_measure_that_looks_at_nothing_stops_no_attack(root: Path) -> None:
    given = case(root, {"metric": "blind", "min": 0.3})
    shuffled = next(each for each in metric.KIND.attacks if each.name == "shuffled labels")

    (blow,) = shuffled.blows(given, given.spec.gates[0])
    assert next(iter(metric.KIND.results(blow.case, blow.gate))).verdict == "pass"


def test_damages_are_answers_of_other_rows_and_one_for_all() -> None:
    draw = np.random.default_rng(0)
    other = exchanged(GOOD, draw)

    assert sorted(other) == sorted(GOOD.score)
    assert not (other == GOOD.score).any()
    mostly = Answers(GOOD.truth, texts([1] * 300 + [2] * 100))
    assert (exchanged(mostly, draw) != mostly.score).sum() == 200
    assert set(most_frequent(mostly, draw)) == {"1"}
    assert len(few(GOOD)) == 5


@pytest.mark.parametrize("name", ["text", "number", "few texts"])
def test_a_feature_that_is_the_target_is_found_whatever_its_type(name: str) -> None:
    target = {"text": [f"r{n}" for n in range(COUNT)], "number": TOTALS * 1.5, "few texts": CITIES}[name]
    rows = pd.DataFrame({"noise": RNG.normal(size=COUNT), "copy": target, "target": target})
    asked = spec(None, data={"path": "d.csv", "target": "target"})

    assert [found.column for found in revealing_features(asked, rows)] == ["copy"]
    assert revealing_features(asked, rows.drop(columns="copy")) == []
    assert encoded_features(asked, rows[:200].drop(columns="copy"), rows[200:].drop(columns="copy")) == []


def test_served_each_answer_is_one_text_and_has_no_score() -> None:
    output = output_of(TASK, 0)
    body = answer(Request("r1", 2, {}), "invoices", "3", [output], GOOD.score[:2])

    (told,) = json.loads(body)["outputs"]
    assert (told["name"], told["datatype"], told["shape"]) == ("answer", "BYTES", [2])
    assert [json.loads(text) for text in told["data"]] == GIVEN[:2]
    assert unpack(summarise(GOOD.score))[0].number == 0
    by = deciding({"task": "custom", "threshold": 0.5, "classes": []})
    assert compare(body, by, body, by) is None


def test_monitor_says_why_answers_are_not_compared_and_judges_labels(root: Path) -> None:
    names = tuple(str(number) for number in range(COUNT))
    ROWS.assign(id=names)[["id", "city", "total"]].to_csv(root / "labels.csv", index=False)
    wanted = {"performance": {"labels": "labels.csv", "metric": "fields", "min": 0.99}}
    asked = spec(root, data={"path": "d.csv", "target": ["city", "total"], "id": "id"}, monitor=wanted)
    live = Live(ROWS[["text"]], names, GOOD.score)

    class Manifest:
        task, classes = "custom", ()

    (told,) = check_answers(asked, (), live)
    assert told.told == "not checked: its answers are no scores, which could move"
    assert asked.monitor is not None
    found = check_performance(root, asked, asked.monitor.performance, Manifest, live)  # type: ignore[arg-type]
    assert "fields 0.9" in found.findings[0]


PREDICT = """
import json
from pathlib import Path

import numpy as np


def load(model_dir):
    middles = np.array(json.loads((Path(model_dir) / "middles.json").read_text()))

    def predict(frame):
        apart = ((frame.to_numpy()[:, None, :] - middles) ** 2).sum(axis=2)
        return [{"digits": row[:2], "apart": far} for row, far in zip(apart.argsort(axis=1), apart.min(axis=1))]

    return predict
"""
TRAIN = """
import json
from pathlib import Path

import pandas as pd

rows = pd.read_parquet("build/data/train.parquet").drop(columns="id")
Path("build/model").mkdir(parents=True, exist_ok=True)
Path("build/model/middles.json").write_text(json.dumps(rows.groupby("digit").mean().to_numpy().tolist()))
"""
OWN = """
def found(y_true, y_score):
    return [(digit in told["digits"]) / (1 + told["digits"].index(digit)) if digit in told["digits"] else 0.0
            for digit, told in zip(y_true, y_score)]


def missed(y_true, y_score):
    return sum(digit != told["digits"][0] for digit, told in zip(y_true, y_score)) / len(y_true)
"""


@pytest.mark.slow
def test_digits_told_as_records_are_judged_drilled_and_packaged(tmp_path: Path) -> None:
    """scikit-learn's digits: the two nearest of each image, and how far it is, as a record."""
    project = Project(tmp_path / "repo")
    project.root.mkdir()
    initialize(project)
    images, digit = load_digits(return_X_y=True)
    rows = pd.DataFrame(images).add_prefix("pixel_").assign(digit=digit, id=[f"r{n}" for n in range(len(images))])
    (project.root / "data").mkdir()
    rows.to_csv(project.root / "data/digits.csv", index=False)
    for name, code in {"train": TRAIN, "predict": PREDICT, "measures": OWN, "__init__": ""}.items():
        project.write(f"src/digits/{name}.py", code)
    asked = {
        "spec": 1,
        "model": "digits",
        "task": "custom",
        "owners": ["@acme/vision"],
        "data": {"path": "data/digits.csv", "target": "digit", "id": "id"},
        "train": {"run": "python -m digits.train", "predictor": "digits.predict:load", "format": "custom"},
        "evaluate": {
            "resamples": 200,
            "metrics": [
                {"name": "found", "run": "digits.measures:found", "direction": "higher", "per": "row"},
                {"name": "missed", "run": "digits.measures:missed", "direction": "lower"},
            ],
        },
        "gates": [{"metric": "found", "min": 0.8}, {"metric": "missed", "max": 0.2}],
    }
    project.write("model.yaml", yaml.safe_dump(asked))
    project.tool("dvc", "add", "--quiet", "data/digits.csv")
    project.render()
    project.commit()

    assert (done := project.command("run")).returncode == 0, done.stderr
    assert (judged := project.command("gate")).returncode == 0, judged.stdout
    assert "ALL STOPPED" in (drilled := project.command("drill")).stdout, drilled.stdout + drilled.stderr
    evaluation = json.loads((project.root / model_folder.EVALUATION).read_bytes())
    assert 0.05 < evaluation["measures"]["missed"]["value"] < 0.2
    assert "no simple model" in evaluation["simple_model"]["reason"]
    output = read_manifest(project.root / "build/package").signature.outputs[0]
    assert (output.name, output.datatype) == ("answer", "BYTES")
    told = load_predict(project.root / "build/package")(rows.tail(3))
    assert {*json.loads(told[0])} == {"digits", "apart"}
