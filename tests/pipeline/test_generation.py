"""Generation: what becomes of answers that are texts, from `predict` to gates, drill and server."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import yaml

from mlops_spec import model_folder
from mlops_spec.errors import Failure
from mlops_spec.gates.attacks.answers import cut_off, emptied, usual_reference
from mlops_spec.gates.candidate import check_same_answers
from mlops_spec.gates.case import Case, Perturbed, Rival
from mlops_spec.gates.kinds import champion, metric, robustness, slices, weak_slices
from mlops_spec.integrity.shapes import SimpleModel
from mlops_spec.monitor.answers_of_text import check_texts
from mlops_spec.monitor.predictions import Live
from mlops_spec.package.on_disk import read_manifest
from mlops_spec.package.predictor.answer_lines import read_lines, write_lines
from mlops_spec.package.predictor.load import load_predict
from mlops_spec.package.predictor.output import check_output
from mlops_spec.pipeline.answered_texts import NAME as ANSWERED
from mlops_spec.pipeline.answered_texts import answers_reference
from mlops_spec.pipeline.answers import Answers, read_answers, truth_of, write_answers
from mlops_spec.pipeline.asked_texts import asked_texts
from mlops_spec.pipeline.beside_simple import beside_simple
from mlops_spec.pipeline.contract import check
from mlops_spec.pipeline.giveaways import revealing_features
from mlops_spec.pipeline.measured import interval_of, measure
from mlops_spec.pipeline.reference import _read, read_reference
from mlops_spec.pipeline.signature import output_of
from mlops_spec.pipeline.table import of_frame
from mlops_spec.pipeline.tasks import TARGETS
from mlops_spec.pipeline.tasks.target import itself
from mlops_spec.release.card.simple import header, told
from mlops_spec.spec import Spec
from mlops_spec.spec.measures import measured
from mlops_spec.spec.tasks import TASKS
from mlops_spec.targets.local.serve.compare import compare, deciding
from mlops_spec.targets.local.serve.scores import summarise, unpack
from mlops_spec.targets.local.serve.tensors import Request, answer
from mlops_validators import estimate

from .conftest import Project, initialize

if TYPE_CHECKING:
    from mlops_spec.monitor.check import Check

TASK = TASKS["generation"]
RNG = np.random.default_rng(11)
COUNT = 400
PARTS = ["engine", "brakes", "gearbox", "door", "mirror", "seat", "light", "fan", "window", "wheel"]
FAULTS = ["broken", "noisy", "loose", "scratched", "stuck", "missing", "wet", "slow"]
PART, FAULT = RNG.choice(PARTS, COUNT), RNG.choice(FAULTS, COUNT)
TITLE = [f"{part} is {fault}" for part, fault in zip(PART, FAULT, strict=True)]
MESSAGE = [
    f"Hello, since last week I notice that my {part} seems {fault}." for part, fault in zip(PART, FAULT, strict=True)
]
SIZE = RNG.choice(["car", "van"], COUNT)
ROWS = pd.DataFrame({"message": MESSAGE, "kind": SIZE, "title": TITLE})
GIVEN = [title if RNG.random() < 0.9 else f"a {title.split()[0]}" for title in TITLE]
MEASURES = """
def near(y_true, y_score):
    assert isinstance(y_true, list) and all(isinstance(each, str) for each in [*y_true, *y_score])
    return [len({*truth.split()} & {*told.split()}) / len(truth.split()) for truth, told in zip(y_true, y_score)]


def spoils(y_true, y_score):
    given = len(y_score)
    y_score.clear()
    return float(given)
"""


@pytest.fixture(name="root")
def fixture_root(tmp_path: Path) -> Path:
    """Its module has a name of its own: one is imported once."""
    (tmp_path / "src" / package_of(tmp_path)).mkdir(parents=True)
    (tmp_path / "src" / package_of(tmp_path) / "__init__.py").write_text(MEASURES)
    return tmp_path


def package_of(root: Path) -> str:
    return f"generation_{abs(hash(str(root)))}"


def spec(root: Path | None = None, gate: dict[str, Any] | None = None, **other: Any) -> Spec:
    package = "x" if root is None else package_of(root)
    own = [
        {"name": "near", "run": f"{package}:near", "direction": "higher", "per": "row"},
        {"name": "spoils", "run": f"{package}:spoils", "direction": "higher"},
    ]
    whole = {"spec": 1, "model": "titles", "task": "generation", "owners": ["@a"], "train": {"run": "x"}}
    return Spec.model_validate(
        whole
        | {"data": {"path": "d.csv", "target": "title"}, "evaluate": {"resamples": 100, "metrics": own}}
        | {"gates": [gate or {"metric": "chrf", "min": 0.7}]}
        | other
    )


def texts(values: Any) -> np.ndarray:
    return check_output(values, len(values), TASK.answer, 0)


def truth(rows: pd.DataFrame = ROWS) -> np.ndarray:
    return TARGETS["generation"].truth(rows[["title"]], [], itself)


GOOD = Answers(truth(), texts(GIVEN))


@pytest.mark.parametrize(
    "given",
    [["é", ""], ("é", ""), np.array(["é", ""]), np.array(["é", ""], dtype=object), pd.Series(["é", ""])],
    ids=lambda given: type(given).__name__,
)
def test_an_answer_is_kept_as_it_is(given: Any) -> None:
    found = texts(given)

    assert found.tolist() == ["é", ""]
    assert found.dtype == object
    assert {type(each) for each in found} == {str}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["a", 1.5], "for row 1 is no text, but float"),
        (["a", None], "for row 1 is no text, but None"),
        (["a", float("nan")], "for row 1 is no text, but float"),
        (["a", b"b"], "for row 1 is no text, but bytes"),
        (["a", ["b"]], "for row 1 is no text, but list"),
        (np.array([1.5, 2.5]), "for row 0 is no text, but float64"),
        (np.array([["a"], ["b"]]), "for row 0 is no text, but ndarray"),
        (pd.DataFrame({"text": ["a", "b"]}), "for row 0 is no text, but dict"),
        (pd.Series(["a", pd.NA]), "for row 1 is no text, but"),
        (["a", "\ud800"], "for row 1 is no Unicode: it holds half a pair of surrogates"),
        (["a", "x" * 65_537], "for row 1 is 65,537 bytes of text, and at most 65,536 are kept"),
        (["a", "x" * 2**20], "for row 1 is 1,048,576 bytes of text"),
        (["a"], "for 2 rows has 1 answers"),
        ("ab", "for 2 rows is one str"),
        (None, "for 2 rows is one NoneType"),
        ({"a": 1, "b": 2}, "for 2 rows is one dict"),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(given: Any, says: str) -> None:
    with pytest.raises(Failure) as refused:
        check_output(given, 2, TASK.answer, 0)

    assert says in refused.value.message
    assert "a text for each row, shape (2,), each a str of 65,536 bytes" in (refused.value.remedy or "")


def test_answers_come_back_as_they_were_written(tmp_path: Path) -> None:
    odd = texts(["a\nb", "\\n", "\\\\n\r\n", "\u2028", "", "\0", '"', "é" * 30_000])
    write_lines(tmp_path / "a.lines", odd)
    write_answers(tmp_path / "p.parquet", Answers(odd, odd[::-1]))

    assert read_lines(tmp_path / "a.lines").tolist() == odd.tolist()
    read = read_answers(tmp_path / "p.parquet")
    assert (read.truth.tolist(), read.score.tolist()) == (odd.tolist(), odd[::-1].tolist())
    check_same_answers(odd, read.truth)
    with pytest.raises(Failure, match="answers otherwise"):
        check_same_answers(odd, read.score)


@pytest.mark.parametrize(
    ("title", "says"),
    [
        ("a", "title: has one value only"),
        (range(COUNT), "title: references must be texts; `type: string` in data.contract.columns"),
        (RNG.random(COUNT), "title: references must be texts"),
        ([*TITLE[1:], None], "title: missing in 1 row: 400"),
        ([" ", "", *TITLE[2:]], "title: empty, and an answer is held against a text in 2 rows: 1, 2"),
    ],
)
def test_a_reference_is_a_text_that_says_something(title: Any, says: str) -> None:
    assert check(spec(), ROWS) == ()
    assert says in " ".join(map(str, check(spec(), ROWS.assign(title=title))))


def test_numbers_that_the_contract_calls_texts_are_references() -> None:
    data = {"path": "d.csv", "target": "title", "contract": {"columns": {"title": {"type": "string"}}}}

    assert check(spec(data=data), ROWS.assign(title=[str(number) for number in range(COUNT)])) == ()
    assert truth(pd.DataFrame({"title": [12, 13]})).tolist() == ["12", "13"]


def test_measures_are_of_texts_and_ones_own_get_them(root: Path) -> None:
    found = measure(root, spec(root), ["chrf", "exact_match", "near"], GOOD)

    assert found["exact_match"]["value"] == np.mean(GOOD.truth == GOOD.score)
    assert found["exact_match"]["method"] == "wilson"
    assert 0.9 < found["chrf"]["low"] < found["chrf"]["value"] < found["chrf"]["high"] < 1
    assert found["near"]["low"] < found["near"]["value"]
    grouped = interval_of(root, spec(root), "chrf", replace(GOOD, groups=np.arange(COUNT) // 10))
    assert grouped.informing == 40


def test_a_measure_that_changes_what_it_is_given_changes_nothing_else(root: Path) -> None:
    kept = GOOD.score.tolist()

    assert measure(root, spec(root), ["spoils"], GOOD)["spoils"]["value"] == COUNT
    assert GOOD.score.tolist() == kept


def case(root: Path, gate: dict[str, Any]) -> Case:
    asked = spec(root, gate)
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
        rivals={"production": Rival(texts(["engine"] * COUNT), None)},
    )


GATES: list[tuple[Any, dict[str, Any]]] = [
    (metric, {"metric": "chrf", "min": 0.75}),
    (metric, {"metric": "exact_match", "min": 0.8}),
    (metric, {"metric": "token_f1", "min": 0.75}),
    (metric, {"metric": "rouge_l", "min": 0.75}),
    (metric, {"metric": "near", "min": 0.75}),
    (champion, {"champion": "production", "metric": "chrf", "margin": 0.01}),
    (slices, {"slice": "kind", "metric": "chrf", "min": 0.75}),
    (weak_slices, {"weak_slices": ["kind"], "metric": "token_f1", "min": 0.7, "min_rows": 50}),
    (robustness, {"robustness": "missing", "metric": "chrf", "max_drop": 0.1}),
]


@pytest.mark.parametrize(("kind", "gate"), GATES, ids=[" ".join(map(str, gate.values())) for _, gate in GATES])
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
        named = {"shuffled labels ", "constant scores ", "inverted scores ", "NaN and infinity none"}
        stock = {"empty texts ", "texts cut off ", "input copied of `message`"}
        assert named | (set() if gate["metric"] == "near" else stock) <= blows.keys()


def test_a_gate_that_the_input_itself_would_pass_is_found(root: Path) -> None:
    given = replace(case(root, {"metric": "chrf", "min": 0.3}), answers=GOOD)
    copied = next(each for each in metric.KIND.attacks if each.name == "input copied")

    blows = [*copied.blows(given, given.spec.gates[0])]
    verdicts = [next(iter(metric.KIND.results(blow.case, blow.gate))).verdict for blow in blows]
    assert verdicts == ["pass", "fail"]  # of the message, and of the word "car" or "van"


def test_damages_are_what_they_say() -> None:
    draw = np.random.default_rng(0)

    assert set(usual_reference(GOOD, draw)) == {pd.Series(TITLE).value_counts().sort_index().idxmax()}
    assert set(emptied(GOOD, draw)) == {""}
    assert cut_off(Answers(GOOD.truth, texts(["abcdefgh", "abc"])), draw).tolist() == ["ab", ""]


def test_the_longest_text_is_what_was_asked() -> None:
    rows = ROWS.assign(number=1, note=[None, *["x"] * (COUNT - 1)])

    assert [name for name, _ in asked_texts(spec(), rows)] == ["message", "kind", "note"]
    assert asked_texts(spec(), rows)[2][1][:2].tolist() == ["", "x"]


def test_a_feature_that_is_the_reference_is_found() -> None:
    rows = ROWS.assign(copy=TITLE, other=RNG.random(COUNT))

    assert [found.column for found in revealing_features(spec(), rows)] == ["copy"]


def test_the_simple_models_are_the_usual_reference_and_a_copy_of_the_input(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Split:
        classes = ()

    monkeypatch.setattr("mlops_spec.pipeline.beside_simple.read_split_report", lambda _: Split)
    usual = pd.Series(TITLE).value_counts().sort_index().idxmax()

    found = beside_simple(root, spec(root), (ROWS, ROWS), GOOD)
    without = beside_simple(root, spec(root), (ROWS, ROWS.drop(columns=["message", "kind"])), GOOD)

    assert found["kind"] == "copy of the input"
    assert found["measures"]["chrf"]["constant"] == pytest.approx(estimate("chrf", TITLE, [usual] * COUNT), rel=1e-5)
    assert found["measures"]["chrf"]["linear"] == pytest.approx(estimate("chrf", TITLE, MESSAGE), rel=1e-5)
    assert found["measures"]["chrf"]["lead"]["low"] > 0.3
    assert found["measures"]["near"]["linear"] == pytest.approx(1 / 3, rel=1e-5)  # `fault.` is another word
    assert without["kind"] == "most frequent text"
    assert header(SimpleModel.model_validate(found)) == ("copy of the input", "most frequent text")
    assert told(SimpleModel.model_validate(found)).startswith("Ahead of a copy of the input: chrf +0.")


VARIED = [f"{text} {'very ' * (number % 7)}much {number}" for number, text in enumerate(GIVEN)]


def check_of(answers: list[str]) -> Check:
    known = {name: _read(column) for name, column in answers_reference(texts(VARIED))["columns"].items()}
    return check_texts(known, Live(ROWS, (), texts(answers)))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: f"{text}, and it has been so for a long time", "answers: psi"),
        (lambda text: text.translate(str.maketrans("aeiou", "uoiea")), "answers, unseen words: psi"),
        (lambda text: "" if len(text) % 3 == 0 else text, "empty answers: psi"),
    ],
)
def test_answers_that_moved_in_length_words_or_emptiness_are_found(change: Any, says: str) -> None:
    found = check_of([change(text) for text in VARIED])

    assert check_of(VARIED[::-1]).findings == ()
    assert found.name == "answers"
    assert [each for each in found.findings if each.startswith(says)]


def test_few_answers_and_a_package_that_knows_none_tell_nothing() -> None:
    assert "50 rows were answered: fewer than 100" in check_of(VARIED[:50]).told
    assert "not checked" in check_texts({}, Live(ROWS, (), texts(VARIED))).told


def test_served_each_answer_is_its_text_and_has_no_score() -> None:
    output = output_of(TASK, 0)
    body = answer(Request("r1", 2, {}), "titles", "3", [output], texts(['say "é"', ""]))

    (output_,) = json.loads(body)["outputs"]
    assert (output_["name"], output_["datatype"], output_["shape"]) == ("text", "BYTES", [2])
    assert output_["data"] == ['say "é"', ""]
    assert unpack(summarise(GOOD.score))[0].number == 0
    by = deciding({"task": "generation", "threshold": 0.5, "classes": []})
    assert compare(body, by, body, by) is None


JUDGED = """
def judged(y_true, y_score):
    assert all({*each} == {"message", "kind"} for each in y_true)
    return [float(all(word in asked["message"] for word in told.split() if word != "is"))
            for asked, told in zip(y_true, y_score, strict=True)]
"""


def without_references(root: Path, gate: dict[str, Any]) -> Case:
    (root / "src" / package_of(root) / "__init__.py").write_text(JUDGED)
    own = {"name": "judged", "run": f"{package_of(root)}:judged", "direction": "higher", "per": "row"}
    data = {"path": "d.csv", "target": None}
    asked = spec(root, gate, data=data, evaluate={"resamples": 100, "metrics": [own]})
    rows = ROWS.drop(columns="title")
    told = [text.replace("a ", "other ") for text in GIVEN]
    given = Answers(truth_of(asked, None, rows), texts(told))  # type: ignore[arg-type]
    return replace(case(root, gate), spec=asked, train=rows, test=rows, answers=given)


def test_without_references_only_ones_own_measure_judges_what_was_asked(root: Path) -> None:
    given = without_references(root, {"metric": "judged", "min": 0.8})
    asked = given.spec.gates[0]

    assert json.loads(given.answers.truth[0]) == {"message": MESSAGE[0], "kind": SIZE[0]}
    assert measured(given.spec) == ["judged"]
    assert 0.85 < measure(root, given.spec, ["judged"], given.answers)["judged"]["value"] < 0.95
    stopped = [
        (attack.name, attack.noticed(next(iter(metric.KIND.results(blow.case, blow.gate)))))
        for attack in metric.KIND.attacks
        for blow in attack.blows(given, asked)
    ]
    assert {"shuffled labels", "constant scores", "inverted scores"} <= {name for name, _ in stopped}
    assert all(noticed for _, noticed in stopped), stopped
    assert beside_simple(root, given.spec, (given.train, given.test), given.answers)["reason"]
    assert check(given.spec, given.test) == ()


def test_without_references_a_stock_measure_has_no_value(root: Path) -> None:
    given = without_references(root, {"metric": "chrf", "min": 0.1})

    assert "there are none" in measure(root, given.spec, ["chrf"], given.answers)["chrf"]["reason"]
    (found,) = metric.KIND.results(given, given.spec.gates[0])
    assert (found.verdict, found.value) == ("inconclusive", None)


def summaries(count: int) -> pd.DataFrame:
    """Functions of libraries that are installed: name, arguments and description, and the summary line of each."""
    found = []
    for package in ("numpy", "pandas", "scipy", "sklearn"):
        folder = Path(str(find_spec(package).submodule_search_locations[0]))  # type: ignore[union-attr, index]
        for file in sorted(folder.rglob("*.py")):
            if "tests" in file.parts:
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef) and (text := ast.get_docstring(node)):
                    summary, _, rest = text.partition("\n\n")
                    name = f"{package}/{file.relative_to(folder)}:{node.lineno}"
                    given = f"{node.name}({', '.join(each.arg for each in node.args.args)})\n{rest[:600]}"
                    found.append((name, package, given, " ".join(summary.split())))
    rows = pd.DataFrame(found, columns=["place", "package", "given", "summary"])
    rows = rows[(rows["given"].str.len() > 60) & (rows["summary"].str.len() > 10)]
    return rows.drop_duplicates("given").sample(count, random_state=3)


TRAIN = """
import json
from pathlib import Path

import pandas as pd

rows = pd.read_parquet("build/data/train.parquet")
Path("build/model").mkdir(parents=True, exist_ok=True)
known = {"given": rows["given"].tolist(), "summary": rows["summary"].tolist()}
Path("build/model/known.json").write_text(json.dumps(known))
"""
PREDICT = """
import json
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer


def load(model_dir):
    known = json.loads((Path(model_dir) / "known.json").read_text())
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=2, sublinear_tf=True)
    learnt = vectorizer.fit_transform(known["given"])

    def predict(frame):
        near = (vectorizer.transform(frame["given"].fillna("").astype(str)) @ learnt.T).toarray()
        return [known["summary"][place] for place in near.argmax(axis=1)]

    return predict
"""
JUDGE = """
def starts_alike(y_true, y_score):
    return [float(truth.split()[:1] == told.split()[:1]) for truth, told in zip(y_true, y_score, strict=True)]
"""


@pytest.mark.slow
def test_summaries_of_functions_are_judged_drilled_and_packaged(tmp_path: Path) -> None:
    """The summary of the function that is described most alike, by TF-IDF: a model of a few lines, and no pickle."""
    project = Project(tmp_path / "repo")
    project.root.mkdir()
    initialize(project)
    (project.root / "data").mkdir()
    summaries(4000).to_parquet(project.root / "data/functions.parquet", index=False)
    for name, code in {"train": TRAIN, "predict": PREDICT, "judge": JUDGE, "__init__": ""}.items():
        project.write(f"src/summaries/{name}.py", code)
    asked = {
        "spec": 1,
        "model": "summaries",
        "task": "generation",
        "owners": ["@acme/docs"],
        "data": {
            "path": "data/functions.parquet",
            "target": "summary",
            "id": "place",
            "contract": {"columns": {"given": {"type": "string"}, "summary": {"type": "string"}}},
        },
        "train": {
            "run": "python -m summaries.train",
            "predictor": "summaries.predict:load",
            "format": "custom",
            "features": {"exclude": ["package"]},
        },
        "evaluate": {
            "resamples": 200,
            "metrics": [
                "exact_match",
                "token_f1",
                "rouge_l",
                {"name": "starts_alike", "run": "summaries.judge:starts_alike", "direction": "higher", "per": "row"},
            ],
            "slices": ["package"],
        },
        "gates": [
            {"metric": "chrf", "min": 0.3},
            {"metric": "token_f1", "min": 0.25},
            {"metric": "starts_alike", "min": 0.3},
            {"slice": "package", "metric": "chrf_mean", "min": 0.2},
            {"robustness": "typos", "metric": "chrf_mean", "max_drop": 0.1, "rate": 0.5},
            {"robustness": "case", "metric": "chrf_mean", "max_drop": 0.1, "rate": 0.5},
            {"robustness": "whitespace", "metric": "chrf_mean", "max_drop": 0.1, "rate": 0.5},
            {"weak_slices": ["package"], "metric": "token_f1", "min": 0.15},
        ],
        "monitor": {},
    }
    project.write("model.yaml", yaml.safe_dump(asked))
    project.tool("dvc", "add", "--quiet", "data/functions.parquet")
    project.render()
    project.commit()

    assert (done := project.command("run")).returncode == 0, done.stderr
    assert (judged := project.command("gate")).returncode == 0, judged.stdout
    assert "ALL STOPPED" in (drilled := project.command("drill")).stdout, drilled.stdout + drilled.stderr
    evaluation = json.loads((project.root / model_folder.EVALUATION).read_bytes())
    assert evaluation["measures"]["exact_match"]["method"] == "wilson"
    assert evaluation["simple_model"]["kind"] == "copy of the input"
    output = read_manifest(project.root / "build/package").signature.outputs[0]
    assert (output.name, output.datatype) == ("text", "BYTES")
    assert {*read_reference(project.root / "build/package", ANSWERED)} == {"answers", "empty answers"}
    told = load_predict(project.root / "build/package")(pd.DataFrame({"given": ["fit(self, X, y)\n", "", "\u0000"]}))
    assert all(isinstance(text, str) for text in told)
