"""`adopt` of a repository with several pipelines: a model for each that trains, each in a folder of its own."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mlops_spec.errors import Failure
from mlops_spec.start.adopt import adopt

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.start.adopt.adopted import Adopted

REGIONS = """\
stages:
  prepare:
    foreach: ${models}
    do:
      cmd: python src/prepare.py ${item.data} work/${key}.parquet
      deps: [src/prepare.py, "${item.data}"]
      outs: ["work/${key}.parquet"]
  train:
    foreach: ${models}
    do:
      cmd: python src/train.py --rows=work/${key}.parquet --depth ${item.depth}
      deps: [src/train.py, "work/${key}.parquet", settings.ini]
      outs: ["models/${key}.joblib"]
  evaluate:
    foreach: ${models}
    do:
      cmd: python src/evaluate.py ${key}
      deps: ["models/${key}.joblib"]
      metrics: ["metrics/${key}.json"]
  publish:
    cmd: python src/publish.py
    deps: [settings.ini]
"""
MODELS = "models: {emea: {data: data/emea.csv, depth: 3}, apac: {data: data/apac.csv, depth: 5}}\n"
CHURN = """\
stages:
  clean:
    cmd: python clean.py ../rows.csv ../tmp/clean.csv
    deps: [../rows.csv]
    outs: [../tmp/clean.csv]
  train:
    cmd: python train.py ../tmp/clean.csv
    deps: [../tmp/clean.csv]
    outs: [model.onnx]
"""
INGEST = "stages: {ingest: {cmd: python ingest.py, outs: [rows.csv]}}\n"
FILES = {
    "dvc.yaml": REGIONS,
    "params.yaml": MODELS,
    "services/churn/dvc.yaml": CHURN,
    "lib/dvc.yaml": INGEST,
    "services/rows.csv": "id,left\n1,0\n",
}


def put(root: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    subprocess.run(["git", "init", "-qb", "main"], cwd=root, check=True)


def spec(root: Path, folder: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((root / folder / "model.yaml").read_text(encoding="utf-8"))
    return loaded


def told(adopted: Adopted, *parts: str) -> list[tuple[str, str]]:
    """The steps that say all of it."""
    return [tuple(step) for step in adopted.steps if all(part in f"{step.what} $ {step.command}" for part in parts)]


def written(root: Path) -> list[str]:
    done = subprocess.run(["git", "ls-files", "--others"], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.split()


def test_each_model_that_a_pipeline_trains_gets_a_folder(tmp_path: Path) -> None:
    put(tmp_path, FILES)

    adopted = adopt(tmp_path)

    assert {str(each.path): each.model for each in adopted.models} == {
        "models/apac/model.yaml": "apac",
        "models/emea/model.yaml": "emea",
        "services/churn/model.yaml": "churn",
    }
    emea = spec(tmp_path, "models/emea")
    assert emea["data"]["path"] == "data/emea.csv"
    assert emea["pipeline"]["prepare_emea"] == {
        "run": "python ../../src/prepare.py data/emea.csv work/emea.parquet",
        "reads": ["data/emea.csv"],
        "writes": ["work/emea.parquet"],
    }, "code stays where it is; what a model's stages write is in its folder"
    assert emea["train"]["run"] == "python ../../src/train.py --rows=work/emea.parquet --depth 3"
    assert emea["train"]["reads"] == ["work/emea.parquet", "../../settings.ini"]
    (bring,) = told(adopted, "services/churn", "dvc add")
    assert bring[1].startswith("mkdir -p services/churn/data && cp services/rows.csv services/churn/data/")
    settings = tomllib.loads((tmp_path / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["tool"]["mlops-spec"] == {"owners": ["@TODO"]}
    assert told(adopted, "lib/dvc.yaml trains nothing")


def test_what_a_stage_writes_outside_comes_into_the_folder_and_that_is_told(tmp_path: Path) -> None:
    put(tmp_path, FILES)

    adopted = adopt(tmp_path)

    churn = spec(tmp_path, "services/churn")
    assert churn["data"]["path"] == "data/rows.csv"
    assert churn["pipeline"]["clean"]["writes"] == ["build/tmp/clean.csv"]
    assert churn["train"] == {
        "run": "python train.py build/tmp/clean.csv",
        "reads": ["build/tmp/clean.csv"],
        "format": "onnx",
    }
    assert told(adopted, "services/churn/build/tmp/clean.csv instead of services/tmp/clean.csv")


def test_what_is_not_carried_is_told_once_by_its_line(tmp_path: Path) -> None:
    put(tmp_path, FILES)

    adopted = adopt(tmp_path)

    (emea,) = told(adopted, "stage evaluate@emea is not carried")
    assert emea[0].startswith("models/emea: dvc.yaml:14: ")
    assert len(told(adopted, "stage publish is not carried")) == 1
    assert not told(adopted, "stage train@"), "each is another model"


def test_one_pipeline_that_is_broken_stops_all_by_its_name(tmp_path: Path) -> None:
    put(tmp_path, FILES | {"services/fraud/dvc.yaml": "stages:\n  train: [\n"})
    before = written(tmp_path)

    with pytest.raises(Failure, match=r"services/fraud/dvc\.yaml:3:1: not YAML") as caught:
        adopt(tmp_path)

    assert caught.value.exit_code == 2
    assert written(tmp_path) == before
    assert len(adopt(tmp_path, ("dvc.yaml", "services/churn/dvc.yaml")).models) == 3, "those that are named"


def test_a_template_of_a_folder_that_can_not_be_filled_in_is_told_by_its_file(tmp_path: Path) -> None:
    put(tmp_path, {"a/dvc.yaml": "stages: {train: {cmd: 'x ${nothing}', outs: [m.pkl]}}"})

    with pytest.raises(Failure, match=r"a/dvc\.yaml") as caught:
        adopt(tmp_path)

    assert caught.value.exit_code == 2
    assert written(tmp_path) == ["a/dvc.yaml"]


@pytest.mark.parametrize("taken", ["models/emea/scripts", "services/churn/model.yaml"])
def test_where_one_file_can_not_be_written_none_is(tmp_path: Path, taken: str) -> None:
    put(tmp_path, FILES | {"dvc.yaml": REGIONS.replace("cmd: python src/train.py", "cmd: time python src/train.py;")})
    (tmp_path / taken).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / taken).symlink_to("/nowhere")

    with pytest.raises(Failure, match=r"symbolic link|is there already"):
        adopt(tmp_path)

    assert written(tmp_path) == sorted([*FILES, taken])


def test_the_next_pipeline_joins_the_models_that_are_there(tmp_path: Path) -> None:
    put(tmp_path, FILES)
    adopt(tmp_path, ("services/churn/dvc.yaml", "lib/dvc.yaml"))
    before = {name: (tmp_path / name).read_bytes() for name in ("services/churn/model.yaml", "pyproject.toml")}
    (tmp_path / "services/churn/dvc.yaml").write_text("stages: {split: {cmd: mlops-spec stage split}}\n")

    adopted = adopt(tmp_path)

    assert [each.model for each in adopted.models] == ["apac", "emea"]
    assert before == {name: (tmp_path / name).read_bytes() for name in before}
    put(tmp_path, {"services/churn/more/dvc.yaml": "stages: {train: {cmd: x, outs: [m.pkl]}}\n"})
    with pytest.raises(Failure, match=r"services/churn/more/dvc\.yaml:1: its model would lie in services/churn/more"):
        adopt(tmp_path, ("services/churn/more/dvc.yaml",))


PLACED = {
    "its own folder": ({"a/churn": "train"}, {"a/churn": "churn"}),
    "one name twice": ({"eu/churn": "train", "us/churn": "train"}, {"eu/churn": "churn", "us/churn": "us-churn"}),
    "one below the other": ({"a": "train", "a/b": "train"}, {"a/b": "b", "a/models/a": "a"}),
    "two in a file": ({"a": "train_x, train_y"}, {"a/models/x": "x", "a/models/y": "y"}),
    "the root among them": ({"": "train_churn", "models/churn": "fit"}, None),
    "a number": ({"": "train_1, train_2"}, {"models/train-1": "train-1", "models/train-2": "train-2"}),
}


@pytest.mark.parametrize("case", PLACED)
def test_where_a_model_goes_and_what_it_is_called(tmp_path: Path, case: str) -> None:
    pipelines, expected = PLACED[case]
    stages = {folder: ", ".join(f"{each}: {{cmd: x, outs: [{each}.pkl]}}" for each in names.split(", "))
              for folder, names in pipelines.items()}  # fmt: skip
    put(tmp_path, {f"{folder or '.'}/dvc.yaml": f"stages: {{{each}}}\n" for folder, each in stages.items()})

    found = {str(each.path.parent): each.model for each in adopt(tmp_path).models}

    if expected is None:
        assert found["models/churn"] == "churn"
        assert len({*found, *found.values()}) >= 3, "two folders, two names"
    else:
        assert found == expected


def test_a_folder_that_git_ignores_is_no_models(tmp_path: Path) -> None:
    put(tmp_path, FILES | {".gitignore": "/models\n"})
    assert {str(each.path.parents[1]) for each in adopt(tmp_path).models} == {"mlops-models", "services"}


def test_what_all_share_is_asked_once(tmp_path: Path) -> None:
    remote = "[core]\n    remote = s\n['remote \"s\"']\n    url = s3://bucket/all\n"
    put(tmp_path, FILES | {".dvc/config": remote, "pyproject.toml": '[project]\nname = "x"\nversion = "0"\n'})
    subprocess.run(["git", "checkout", "-qb", "trunk"], cwd=tmp_path, check=True)

    adopt(tmp_path)

    settings = tomllib.loads((tmp_path / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["project"]["name"] == "x"
    assert settings["tool"]["mlops-spec"]["storage"]["url"] == "s3://bucket/all"
    assert not {"owners", "storage", "branch"} & spec(tmp_path, "models/emea").keys()


def test_lint_points_at_the_owners_that_stand_once(tmp_path: Path) -> None:
    put(tmp_path, FILES)
    adopt(tmp_path)

    done = subprocess.run(
        [sys.executable, "-m", "mlops_spec", "lint"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "`owners` in [tool.mlops-spec] of pyproject.toml is still to be answered" in done.stdout
    assert "services/churn/model.yaml:6:" in done.stdout


def test_a_script_goes_to_the_folder_that_its_stage_went_to(tmp_path: Path) -> None:
    stage = "cmd: 'python train.py > log', wdir: '../code files', outs: [m.onnx]"
    put(tmp_path, {"a/b/dvc.yaml": f"stages: {{train_x: {{{stage}}}, train_y: {{cmd: 'a && b', outs: [y.onnx]}}}}"})
    (tmp_path / "a/code files").mkdir()

    adopted = adopt(tmp_path)

    folder = tmp_path / "a/b/models/x"
    lines = (folder / "scripts/adopted/train_x.sh").read_text(encoding="utf-8").splitlines()
    assert lines[3] == "cd '../../../code files'"
    assert (folder / "../../../code files").resolve() == (tmp_path / "a/code files").resolve()
    assert "cd" not in (tmp_path / "a/b/models/y/scripts/adopted/train_y.sh").read_text(encoding="utf-8")
    assert told(adopted, "let the paths in a/b/models/y/scripts/adopted/train_y.sh lead there")
