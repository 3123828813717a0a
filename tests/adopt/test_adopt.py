"""`adopt`: a first spec from what a repository says of itself, and questions where it says nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_spec.engines.dvc.adopt.draft import draft
from mlops_spec.engines.dvc.adopt.pipeline import pipeline
from mlops_spec.errors import Failure
from mlops_spec.lint.load import load_spec
from mlops_spec.lint.specs import lint_content
from mlops_spec.start.adopt import adopt, recipe
from mlops_spec.start.adopt.draft_text import slug, text

PIPELINE = """\
stages:
  prepare:
    cmd: python src/prepare.py data/data.csv
    deps: [data/data.csv, src/prepare.py]
    outs: [build/prepared]
  unrelated:
    cmd: python src/other.py
    outs: [other.txt]
  train:
    cmd: python src/train.py
    deps: [build/prepared, src/train.py]
    params: [train.trees, {other.json: [depth]}, missing]
    outs: [model.pkl]
  evaluate:
    cmd: python src/evaluate.py
    deps: [model.pkl]
    metrics: [{metrics.json: {cache: false}}]
"""
RECIPE = """\
recipe: "regression/v1"
target_col: fare
primary_metric: root_mean_squared_error
steps:
  ingest: {{INGEST_CONFIG}}
  split: {split_ratios: {{RATIOS|default([0.75, 0.125, 0.125])}}}
  train: {using: custom, estimator_params: {alpha: 0.1}}
  evaluate:
    validation_criteria:
      - {metric: root_mean_squared_error, threshold: 10}
      - {metric: weighted_mean_squared_error, threshold: 50}
  register: {model_name: Taxi_Fare}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "params.yaml").write_text("train: {trees: 50, seed: 1}\n", encoding="utf-8")
    (tmp_path / "other.json").write_text('{"depth": 3}', encoding="utf-8")
    (tmp_path / "profiles").mkdir()
    profile = "INGEST_CONFIG: {using: csv, location: ./data/taxi.csv}\nRATIOS: [0.6, 0.2, 0.2]\n"
    (tmp_path / "profiles/local.yaml").write_text(profile, encoding="utf-8")
    return tmp_path


def codes(root: Path) -> set[str]:
    found = lint_content("model.yaml", (root / "model.yaml").read_bytes(), date(2026, 11, 23))
    return {each.kind.code for each in found if each.kind.severity == "error"}


def answered(root: Path, **answers: str) -> None:
    """Puts an answer in place of each `<key>: TODO`."""
    file = root / "model.yaml"
    written = file.read_text(encoding="utf-8").replace("@TODO", "@acme/team").replace("TODO:load", "churn.predict:load")
    for key, answer in answers.items():
        before = written
        written = "".join(
            line.replace(f"{key}: TODO", f"{key}: {answer}").replace(f"{key}: todo", f"{key}: {answer}")
            for line in written.splitlines(keepends=True)
        )
        assert written != before, key
    file.write_text(written, encoding="utf-8")


def test_a_pipeline_of_dvc(root: Path) -> None:
    (root / "dvc.yaml").write_text(PIPELINE, encoding="utf-8")

    adopted = adopt(root)

    data = yaml.safe_load((root / adopted.models[0].path).read_text(encoding="utf-8"))
    assert data["data"] == {"path": "data/data.csv", "target": "TODO", "id": "TODO"}
    assert data["pipeline"] == {
        "prepare": {
            "run": "python src/prepare.py data/data.csv",
            "reads": ["data/data.csv"],
            "writes": ["build/prepared"],
        }
    }
    assert data["train"] == {
        "run": "python src/train.py",
        "reads": ["build/prepared", "params.yaml", "other.json"],
        "params": {"train": {"trees": 50}, "depth": 3},
        "format": "skops",
    }


def test_lint_points_at_each_question_until_all_are_answered(root: Path) -> None:
    (root / "dvc.yaml").write_text(PIPELINE, encoding="utf-8")
    adopted = adopt(root)
    assert codes(root) == {"MS007", "MS018"}, "all questions at once, though the task decides on what else there may be"
    assert "task: TODO" in adopted.models[0].questions.values()

    answered(root, task="binary-classification")
    assert {"MS018", "MS201"} <= codes(root)
    with pytest.raises(Failure, match="still to be answered"):
        load_spec(root / adopted.models[0].path)

    answered(root, target="left", id="customer", metric="roc_auc")
    spec = root / adopted.models[0].path
    spec.write_text(spec.read_text(encoding="utf-8").replace("min: 0}", "min: 0.7}"), encoding="utf-8")
    assert codes(root) == {"MS311"}, "what the stages make of all rows is for whoever adopts to split"
    assert any("prepare: let it read build/data/train.parquet" in step.what for step in adopted.steps)
    assert load_spec(root / adopted.models[0].path).train.params == {"train": {"trees": 50}, "depth": 3}


def test_a_recipe_of_mlflow(root: Path) -> None:
    (root / "recipe.yaml").write_text(RECIPE, encoding="utf-8")

    adopted = adopt(root)

    data = yaml.safe_load((root / adopted.models[0].path).read_text(encoding="utf-8"))
    assert (data["model"], data["task"]) == ("taxi-fare", "regression")
    assert data["data"] == {"path": "data/taxi.csv", "target": "fare", "id": "TODO", "split": {"test": 0.4}}
    assert data["train"]["params"] == {"alpha": 0.1}
    assert data["gates"] == [{"metric": "root_mean_squared_error", "max": 10}, {"metric": "todo"}]
    assert codes(root) >= {"MS018", "MS201"}


def test_a_recipe_without_its_profile_asks(tmp_path: Path) -> None:
    source = 'recipe: classification/v1\npositive_class: ">50K"\nsteps: {ingest: {{X}}}\n'
    drawn = recipe.draft(tmp_path, source).sections

    assert drawn["task"] == "binary-classification"
    assert drawn["data"] == {"path": "TODO", "target": "TODO", "positive": ">50K", "id": "TODO"}
    assert drawn["gates"] == [{"metric": "todo", "min": 0}]


@pytest.mark.parametrize("command", ["[a x, b]", '"a && b"', '"a > out.txt"', '"FOO=1 a"', '"a\\nb"'])
def test_a_command_that_needs_a_shell_becomes_a_script(tmp_path: Path, command: str) -> None:
    (tmp_path / "dvc.yaml").write_text(f"stages: {{train: {{cmd: {command}, wdir: sub dir}}}}", encoding="utf-8")

    adopted = adopt(tmp_path)

    data = yaml.safe_load((tmp_path / adopted.models[0].path).read_text(encoding="utf-8"))
    assert data["train"]["run"] == "bash scripts/adopted/user_train.sh"
    script = (tmp_path / "scripts/adopted/user_train.sh").read_text(encoding="utf-8").splitlines()
    assert script[2:4] == ["set -e", "cd 'sub dir'"]
    written = yaml.safe_load(command)
    assert "\n".join(script[4:]) == ("\n".join(written) if isinstance(written, list) else written)
    subprocess.run(["bash", "-n", "scripts/adopted/user_train.sh"], cwd=tmp_path, check=True)


def test_a_script_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "dvc.yaml").write_text("stages: {train: {cmd: [a, b]}}", encoding="utf-8")
    (tmp_path / "scripts/adopted").mkdir(parents=True)
    (tmp_path / "scripts/adopted/user_train.sh").touch()

    with pytest.raises(Failure, match="is there already"):
        adopt(tmp_path)

    assert not (tmp_path / "model.yaml").exists()


def test_a_script_is_not_written_through_a_link_that_leads_out(tmp_path: Path) -> None:
    root, outside = tmp_path / "repository", tmp_path / "outside"
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    outside.mkdir()
    (root / "scripts").symlink_to(outside)
    (root / "dvc.yaml").write_text("stages: {train: {cmd: [a, b]}}", encoding="utf-8")

    with pytest.raises(Failure, match="scripts: is not a folder, or is a symbolic link"):
        adopt(root)

    assert list(outside.iterdir()) == []
    assert not (root / "model.yaml").exists()


def left(root: Path, pipeline: str, *, stage: str = "") -> tuple[dict[str, Any], str]:
    """The draft, and what it says is left to do."""
    (root / "dvc.yaml").write_text(pipeline, encoding="utf-8")
    adopted = adopt(root, (), stage)
    steps = "\n".join(f"{step.what} $ {step.command}" for step in adopted.steps)
    return yaml.safe_load((root / adopted.models[0].path).read_text(encoding="utf-8")), steps


def test_parameters_keep_their_groups_and_none_is_lost(tmp_path: Path) -> None:
    default = "default: {num_leaves: 31, rate: 0.1}"
    (tmp_path / "params.yaml").write_text(
        f"model:\n  {default}\n  range: {{num_leaves: [16, 256]}}\n", encoding="utf-8"
    )

    data, steps = left(tmp_path, "stages: {train: {cmd: python train.py, params: [model, gone]}}")

    groups = {"default": {"num_leaves": 31, "rate": 0.1}, "range": {"num_leaves": [16, 256]}}
    assert data["train"]["params"] == {"model": groups}
    assert data["train"]["reads"] == ["params.yaml"], "as long as the code reads it, a change of it trains again"
    assert "params.yaml: gone is not there, and left out" in steps


def test_what_stands_in_two_files_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("depth: 1\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("depth: 2\n", encoding="utf-8")

    _, steps = left(tmp_path, "stages: {train: {cmd: x, params: [{a.yaml: [depth]}, {b.yaml: [depth]}]}}")

    assert "train.params: depth has two values: 1 and 2" in steps


def test_a_folder_that_a_stage_writes_is_not_the_data(tmp_path: Path) -> None:
    pipeline = """\
stages:
  ingest: {cmd: python ingest.py, outs: [data/raw]}
  train: {cmd: python train.py, deps: [data/raw/train.csv], outs: [model.pkl]}
"""
    data, steps = left(tmp_path, pipeline)

    assert data["data"]["path"] == "TODO"
    assert "data/raw/train.csv is what a stage writes" in steps


def test_a_frozen_stage_is_data_and_a_folder_is_taken_into_paths(tmp_path: Path) -> None:
    pipeline = """\
stages:
  fetch: {cmd: python fetch.py, frozen: true, outs: [data/e.csv]}
  train: {cmd: python train.py, wdir: ml, deps: [../data/e.csv], outs: [m.onnx]}
  evaluate: {cmd: python evaluate.py, deps: [ml/m.onnx], metrics: [m.json]}
plots: [x.csv]
"""
    data, steps = left(tmp_path, pipeline)

    assert data["data"]["path"] == "data/e.csv"
    assert "pipeline" not in data
    assert data["train"] == {"run": "bash scripts/adopted/user_train.sh", "format": "onnx"}
    assert "cd ml" in (tmp_path / "scripts/adopted/user_train.sh").read_text(encoding="utf-8")
    for told in (
        "stage fetch is frozen",
        "dvc add data/e.csv",
        "stage evaluate is not carried",
        "plots: not carried",
    ):
        assert told in steps


FOREACH = """\
stages:
  train:
    foreach: ${models}
    do:
      cmd: python src/train.py --region ${key} --data ${item.data}
      deps: [src/train.py, "${item.data}"]
      params: ["models.${key}"]
      outs: ["models/${key}.joblib"]
"""


def test_templates_are_filled_in_as_dvc_does_and_one_of_several_is_chosen(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("models: {emea: {data: data/e.csv, depth: 3}, apac: {data: data/a.csv}}\n")
    (tmp_path / "dvc.yaml").write_text(FOREACH, encoding="utf-8")

    data, _ = left(tmp_path, FOREACH, stage="train@emea")

    assert data["data"]["path"] == "data/e.csv"
    assert data["train"]["run"] == "python src/train.py --region emea --data data/e.csv"
    assert data["train"]["params"] == {"models": {"emea": {"data": "data/e.csv", "depth": 3}}}
    with pytest.raises(Failure, match="no stage `other`"):
        draft(pipeline(tmp_path, FOREACH), "other")


def test_a_template_that_can_not_be_filled_in_is_a_message(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"dvc\.yaml: .*x") as caught:
        pipeline(tmp_path, 'stages: {train: {cmd: "train ${x}"}}')
    assert caught.value.exit_code == 2
    with pytest.raises(Failure, match=r"dvc\.yaml: a template can't be filled in"):
        pipeline(tmp_path, 'stages: {train: {foreach: [""], do: {cmd: "train ${item}"}}}')


@pytest.mark.parametrize(("name", "written"), [("trunk", "trunk"), ("main", None)])
def test_the_default_branch_is_the_repositorys(root: Path, tmp_path: Path, name: str, written: str | None) -> None:
    (root / "dvc.yaml").write_text(PIPELINE, encoding="utf-8")
    commit = ["-c", "user.name=Ann", "-c", "user.email=ann@localhost", "commit", "-qm", "First"]
    for command in (["init", "-q", "-b", name], ["add", "--all"], commit):
        subprocess.run(["git", *command], cwd=root, check=True)
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(root), str(clone)], check=True)
    subprocess.run(["git", "switch", "-qc", "feature"], cwd=clone, check=True)

    for folder in (root, clone):
        assert (
            yaml.safe_load((folder / adopt(folder).models[0].path).read_text(encoding="utf-8")).get("branch") == written
        )


def test_it_never_writes_over_a_spec(root: Path) -> None:
    (root / "dvc.yaml").write_text(PIPELINE, encoding="utf-8")
    (root / "model.yaml").symlink_to("nowhere")

    with pytest.raises(Failure, match="is there already"):
        adopt(root)

    assert not (root / "nowhere").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("dvc.yaml", b"stages: [", r"dvc\.yaml:\d+:\d+: not YAML"),
        ("dvc.yaml", b"\xff", "byte 0 is not UTF-8"),
        ("dvc.yaml", b"{}", "no stages"),
        ("dvc.yaml", b"stages: {train: 3}", ""),
        ("dvc.yaml", b"- 1", "not a mapping"),
        ("dvc.yaml", b"stages: {s: {cmd: mlops-spec stage s}}", "rendered from a spec"),
        ("dvc.yaml", b"a: " + b"[" * 5000, "not YAML"),
        ("dvc.yaml", b"#" * (1 << 20) + b"#", "larger than 1 MiB"),
        ("recipe.yaml", b"steps: {}", "no `recipe:`"),
        ("other.yaml", b"a: 1", "known by these names"),
        ("", b"", "to draw a spec from"),
    ],
)
def test_what_no_spec_can_be_drawn_from_is_a_message(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    if name:
        (tmp_path / name).write_bytes(content)
    if not message:
        assert (tmp_path / adopt(tmp_path, (name,)).models[0].path).exists()
        return

    with pytest.raises(Failure, match=message) as caught:
        adopt(tmp_path, (name,) if name else ())

    assert caught.value.exit_code == 2
    assert not (tmp_path / "model.yaml").exists()


YAML_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
STAGE = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("cmd", "deps", "outs", "params", "metrics", "plots"), YAML_VALUES)
)


@settings(max_examples=40)
@given(stages=st.dictionaries(st.text(), STAGE | YAML_VALUES, max_size=4))
def test_any_pipeline_gives_yaml_or_a_message(stages: object) -> None:
    try:
        drawn = draft(pipeline(Path("nowhere"), yaml.safe_dump({"stages": stages}, allow_unicode=True)))
    except Failure:
        return
    assert yaml.safe_load(text(drawn.sections, "dvc.yaml")).keys() == drawn.sections.keys()


@settings(max_examples=40)
@given(given_steps=st.dictionaries(st.sampled_from(["ingest", "split", "train", "evaluate", "register"]), YAML_VALUES))
def test_any_recipe_gives_yaml_or_a_message(given_steps: object) -> None:
    data = {"recipe": "regression/v1", "steps": given_steps, "primary_metric": "r2_score"}
    try:
        drawn = recipe.draft(Path("nowhere"), yaml.safe_dump(data, allow_unicode=True))
    except Failure:
        return
    assert yaml.safe_load(text(drawn.sections, "recipe.yaml")).keys() == drawn.sections.keys()


@settings(max_examples=40)
@given(name=st.text())
def test_any_name_becomes_a_models(name: str) -> None:
    assert slug(slug(name)) == slug(name)
    assert not lint_name(slug(name))


def lint_name(name: str) -> set[str]:
    minimal = (Path(__file__).parent.parent / "specs/ok/minimal.yaml").read_bytes()
    content = minimal.replace(b"model: credit-default", f"model: {json.dumps(name)}".encode())
    return {each.message for each in lint_content("f", content, date(2026, 11, 23)) if each.span.line == 2}


def test_on_the_command_line(root: Path) -> None:
    (root / "dvc.yaml").write_text(PIPELINE, encoding="utf-8")
    command = [sys.executable, "-m", "mlops_spec", "adopt", "-C", str(root), "--format", "json"]

    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert {each["line"] for each in json.loads(done.stdout)["questions"]} == {4, 5, 7, 24}
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout) == (2, "")
    assert "is there already" in again.stderr
