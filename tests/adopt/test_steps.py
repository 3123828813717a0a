"""What `adopt` lists: each wall that repositories put up, in order, with a command that takes it down."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mlops_spec.errors import Failure
from mlops_spec.start.adopt import adopt
from mlops_spec.start.adopt.storage import section
from mlops_spec.start.adopt.table import columns
from mlops_spec.start.new.requirement import Origin

if TYPE_CHECKING:
    from pathlib import Path

TRAIN = "stages: {train: {cmd: python train.py, deps: [data/rows.csv], outs: [model.pkl]}}"
ROWS = "customer,age,left\na1,30,0\na2,41,1\na3,30,1\n"
S3 = "[core]\n    remote = s\n['remote \"s\"']\n    url = s3://bucket/churn\n    verify = true\n"


def put(root: Path, **files: str) -> None:
    """Writes files; `__` stands for a slash in the names, and a `_` before the kind of file for its dot."""
    for name, content in files.items():
        path = root / name.replace("__", "/").replace("_yaml", ".yaml").replace("_toml", ".toml").replace(
            "_txt", ".txt"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def git(root: Path, *args: str) -> str:
    return subprocess.run(["git", *args], cwd=root, check=True, capture_output=True, text=True).stdout


def committed(root: Path) -> None:
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "--all")
    git(root, "-c", "user.name=Ann", "-c", "user.email=ann@localhost", "commit", "-qm", "First")


def drawn(root: Path, pipeline: str = TRAIN, *sources: str) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The draft, and the list of what is left to do."""
    (root / (sources or ("dvc.yaml",))[0]).write_text(pipeline, encoding="utf-8")
    adopted = adopt(root, sources)
    spec = (root / adopted.models[0].path).read_text(encoding="utf-8")
    return yaml.safe_load(spec), [tuple(step) for step in adopted.steps]


def command(steps: list[tuple[str, str]], part: str) -> str:
    """The command of the one step that says it, or whose command does."""
    (found,) = [run for what, run in steps if part in what or part in run]
    return found


def run(root: Path, line: str) -> None:
    subprocess.run(["bash", "-c", line], cwd=root, check=True)


def test_an_empty_folder_is_told_all_that_it_lacks_in_the_order_that_works(tmp_path: Path) -> None:
    _, steps = drawn(tmp_path)

    wanted = ("git init", "uv init", "uv add --extra run", "dvc init", "dvc remote add", "dvc add data/rows.csv")
    ends = (
        "mlops-spec lint",
        "render --adopt dvc.yaml",
        "mlops-spec lint",
        "git commit",
        "spec run",
        "spec gate",
        "drill",
    )
    commands = iter(run for _, run in steps)
    assert all(any(part in run for run in commands) for part in (*wanted, *ends)), steps


def test_what_is_there_is_not_asked_for(tmp_path: Path) -> None:
    put(tmp_path, **{".dvc__config": S3, "data__rows.csv": ROWS, "data__rows.csv.dvc": "", "uv.lock": ""})
    put(tmp_path, pyproject_toml='[project]\nname = "x"\ndependencies = ["mlops-spec[run]", "dvc[s3]"]\n')
    committed(tmp_path)
    git(tmp_path, "rm", "-q", "--cached", "data/rows.csv")

    _, steps = drawn(tmp_path)

    lines = " ".join(run for _, run in steps)
    assert not any(part in lines for part in ("git init", "uv init", "uv add", "uv lock", "run dvc", "git rm"))


def test_the_tool_comes_from_where_the_running_one_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = tmp_path / "mlops_spec-1-py3-none-any.whl"
    wheel.touch()
    for origin, part in (
        (Origin("1.2"), "uv add 'mlops-spec[run]==1.2' && uv add --group ops mlops-spec==1.2"),
        (Origin("1.2", source={"git": "https://x/y", "rev": "abc"}), "'mlops-spec[run] @ git+https://x/y@abc'"),
        (Origin("1.2", source={"url": "https://x/y.whl"}), "'mlops-spec[run] @ https://x/y.whl'"),
        (Origin("1.2", local=wheel), f"cp {wheel} vendor/ && uv add --extra run ./vendor/mlops_spec-*.whl"),
        (Origin("1.2", local=tmp_path), "uv build --quiet --wheel --no-create-gitignore --out-dir vendor"),
    ):
        monkeypatch.setattr("mlops_spec.start.new.requirement.running", lambda origin=origin: origin)
        (tmp_path / "model.yaml").unlink(missing_ok=True)
        assert part in command(drawn(tmp_path)[1], "the pipeline's own tool")


def test_what_the_code_imports_is_taken_over_after_the_tool_so_that_a_conflict_names_the_other(tmp_path: Path) -> None:
    put(tmp_path, src__requirements_txt="pandas==2.1.4\n")

    _, steps = drawn(tmp_path)

    places = [index for index, (_, run) in enumerate(steps) if "--extra run" in run or "requirements" in run]
    assert steps[places[1]][1] == "sed 's/==/>=/' src/requirements.txt | uv add --requirements -"
    assert len(places) == 2


@pytest.mark.parametrize(
    "before", ["[tool.ruff]\nline-length = 100", '[project]\nname = "x"\nversion = "0"\nrequires-python = ">=3.8,<4"\n']
)
def test_a_project_that_uv_can_add_to_is_what_the_command_leaves(tmp_path: Path, before: str) -> None:
    put(tmp_path, pyproject_toml=before)

    run(tmp_path, command(drawn(tmp_path)[1], "requires-python"))

    after = tomllib.loads((tmp_path / "pyproject.toml").read_text(encoding="utf-8"))
    assert after["project"]["requires-python"] == ">=3.11"


def test_poetry_is_named(tmp_path: Path) -> None:
    put(tmp_path, pyproject_toml='[tool.poetry]\nname = "x"\n')
    assert command(drawn(tmp_path)[1], "Poetry") == "uvx migrate-to-uv"


def test_a_pointer_that_git_does_not_see_is_shown_and_nothing_else(tmp_path: Path) -> None:
    put(tmp_path, **{".gitignore": "data/", "data__raw__rows.csv": ROWS})
    committed(tmp_path)

    _, steps = drawn(tmp_path, TRAIN.replace("data/rows", "data/raw/rows"))
    run(tmp_path, command(steps, ".gitignore:1:data/ hides data/raw/rows.csv.dvc"))
    put(tmp_path, **{"data__raw__rows.csv.dvc": "", "data__other.csv": ""})

    seen = git(tmp_path, "ls-files", "--others", "--exclude-standard", "data").split()
    assert seen == ["data/raw/rows.csv.dvc"]


def test_a_table_that_git_has_goes_over_to_dvc(tmp_path: Path) -> None:
    put(tmp_path, **{"data__rows.csv": ROWS, "data__rows.csv.dvc": ""})
    committed(tmp_path)
    expected = "git rm --cached --quiet data/rows.csv && uv run dvc add data/rows.csv"
    assert command(drawn(tmp_path)[1], "is DVC's to keep") == expected


@pytest.mark.parametrize(
    ("remote", "right"), [(S3, "uv run dvc pull data/rows.csv"), ("", "uv run dvc add data/rows.csv")]
)
def test_a_table_that_is_not_here_is_pulled_or_brought(tmp_path: Path, remote: str, right: str) -> None:
    put(tmp_path, **{"data__rows.csv.dvc": "", ".dvc__config": remote})
    assert command(drawn(tmp_path)[1], "data/rows.csv is not here") == right


def test_columns_are_named_and_those_that_could_name_a_row(tmp_path: Path) -> None:
    put(tmp_path, **{"data__rows.csv": ROWS})
    said = "\n".join(what for what, _ in drawn(tmp_path)[1])
    assert "data.target is a column of data/rows.csv: customer, age, left" in said
    assert "all values differ in customer\n" in said


def test_where_no_column_names_a_row_one_is_added(tmp_path: Path) -> None:
    put(tmp_path, **{"data__rows.csv": "age,weight,left\n30,1.5,0\n30,2.5,\n"})
    line = command(drawn(tmp_path)[1], "no column of data/rows.csv names its rows")

    run(tmp_path, line.partition(" && uv run dvc")[0].replace("uv run python", sys.executable))

    assert (tmp_path / "data/rows.csv").read_text(encoding="utf-8") == "row,age,weight,left\n0,30,1.5,0\n1,30,2.5,\n"


def test_a_table_that_is_no_csv_in_utf_8_has_no_columns_to_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00,1\n")
    assert columns(tmp_path / "a.csv") is None
    assert columns(tmp_path / "gone.csv") is None


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            "url = s3://b/c\n region = eu-west-1",
            {"region": "eu-west-1", "sign_in": {"aws": {"read": "TODO", "write": "TODO"}}},
        ),
        (
            "url = s3://b\n endpointurl = https://s3.x.org",
            {"endpoint": "https://s3.x.org", "sign_in": {"secrets": {"read": ["TODO"], "write": ["TODO"]}}},
        ),
        ("url = https://x.org/store", {"sign_in": {"secrets": {"read": ["TODO"], "write": ["TODO"]}}}),
        ("url = ../store", None),
        ("url = gdrive://abc", None),
    ],
)
def test_how_jobs_sign_in_to_the_remote_is_asked(
    tmp_path: Path, settings: str, expected: dict[str, Any] | None
) -> None:
    put(tmp_path, **{".dvc__config": f"[core]\n remote = r\n['remote \"r\"']\n {settings}\n"})
    found = section(tmp_path)
    assert {key: value for key, value in found.get("storage", {}).items() if key != "url"} == (expected or {})
    assert bool(found) == (expected is not None)


@pytest.mark.parametrize(
    ("config", "part"),
    [
        (S3.replace("    verify = true\n", ""), "uv run dvc remote modify s verify true"),
        (S3.replace("remote = s", "analytics = false"), "uv run dvc remote default s"),
        (S3.replace("s3://bucket/churn", "gdrive://abc"), "uv run dvc remote modify s url s3://BUCKET/PATH"),
        (S3, "uv add 'dvc[s3]'"),
    ],
)
def test_a_remote_that_jobs_can_not_use_is_mended(tmp_path: Path, config: str, part: str) -> None:
    put(tmp_path, **{".dvc__config": config})
    assert command(drawn(tmp_path)[1], part) == part


def test_a_folder_of_a_repository_is_adopted_from_its_root(tmp_path: Path) -> None:
    put(tmp_path, ml__dvc_yaml=TRAIN, ml__params_yaml="depth: 3\n", ml__train_py="")
    committed(tmp_path)
    with pytest.raises(Failure, match="lies in a repository") as refused:
        adopt(tmp_path / "ml")
    assert refused.value.remedy.endswith("--from ml/dvc.yaml")

    data, steps = drawn(tmp_path, TRAIN.replace("outs", "params: [depth], outs"), "ml/dvc.yaml")

    assert data["data"]["path"] == "ml/data/rows.csv"
    assert data["train"]["reads"] == ["ml/params.yaml"]
    assert data["train"]["params"] == {"depth": 3}
    assert "cd ml\npython train.py" in (tmp_path / data["train"]["run"].split()[1]).read_text(encoding="utf-8")
    assert command(steps, "at the root from now on") == "git rm -r --quiet --force ml/dvc.yaml"
    assert "uv run mlops-spec render" in [run for _, run in steps], "there is no dvc.yaml at the root to render over"


def test_what_git_has_of_the_old_results_is_taken_from_it(tmp_path: Path) -> None:
    put(tmp_path, prepared__a_txt="", **{"dvc.lock": ""})
    committed(tmp_path)
    pipeline = """\
stages:
  prepare: {cmd: python prepare.py, deps: [data/rows.csv], outs: [prepared]}
  train: {cmd: python train.py, deps: [prepared], outs: [model.pkl]}
"""
    _, steps = drawn(tmp_path, pipeline)

    assert command(steps, "DVC keeps what stages write") == "git rm -r --cached --quiet prepared"
    assert command(steps, "dvc.lock belongs") == "git rm --quiet dvc.lock"
    assert any("prepare: its script prepare.py is not in the repository" in what for what, _ in steps)
    assert not any("instead of data/rows.csv, and write" in what for what, _ in steps), "it reads what prepare writes"


STAGES = {
    "none": ("make: {cmd: python make.py, outs: [data/rows.csv]}", ""),
    "split": ("train_test_split: {cmd: a, outs: [b]}\n  model_building: {cmd: m, deps: [b], outs: [m.pkl]}", "m"),
    "chain": ("pretrain: {cmd: a, outs: [a.pt]}\n  train: {cmd: m, deps: [a.pt], outs: [m.pt]}", "m"),
    "last": ("load: {cmd: a, outs: [b]}\n  run: {cmd: m, deps: [b]}", "m"),
}


@pytest.mark.parametrize("case", STAGES)
def test_the_stage_that_trains(tmp_path: Path, case: str) -> None:
    stages, expected = STAGES[case]
    data, steps = drawn(tmp_path, f"stages:\n  {stages}\n")
    said = "\n".join(what for what, _ in steps)
    if expected:
        assert data["train"]["run"] == expected
        assert ("the last, is taken for it" in said) == (case == "last")
    else:
        assert data["train"]["run"].startswith("TODO")
        assert data["data"]["path"] == "data/rows.csv"
        assert "no stage trains" in said
        assert "stage make is not carried: it makes data/rows.csv, so run it by hand" in said


@pytest.mark.parametrize(
    ("stages", "part"),
    [
        ("train: {cmd: t, deps: [data/data.xml]}", "data/data.xml is no table"),
        ("get: {cmd: g, outs: [a.csv]}, train: {cmd: t, deps: [a.csv]}", "a.csv is what a stage writes (get)"),
        ("train: {cmd: t}", "no stage says which file it reads"),
    ],
)
def test_why_no_table_is_named(tmp_path: Path, stages: str, part: str) -> None:
    data, steps = drawn(tmp_path, f"stages: {{{stages}}}")
    assert data["data"]["path"] == "TODO"
    assert command(steps, part) == "uv run dvc add TABLE"


def test_what_uses_the_model_is_told_from_what_judges_it(tmp_path: Path) -> None:
    pipeline = """\
stages:
  train: {cmd: t, outs: [model.pkl]}
  evaluate: {cmd: e, deps: [model.pkl], outs: [scores.json]}
  push: {cmd: p, deps: [model.pkl], outs: [model.tar.gz]}
"""
    said = "\n".join(what for what, _ in drawn(tmp_path, pipeline)[1])
    assert "stage evaluate is not carried: name its measures in evaluate.metrics" in said
    assert "stage push is not carried: it uses the trained model" in said


@pytest.mark.parametrize(
    ("out", "expected"), [("m.joblib", {"format": "skops"}), ("m.pt", {"predictor": "TODO:load", "format": "custom"})]
)
def test_a_pickle_is_to_become_skops_and_a_network_asks_for_its_predictor(
    tmp_path: Path, out: str, expected: dict[str, str]
) -> None:
    data, _ = drawn(tmp_path, TRAIN.replace("model.pkl", out))
    assert {key: data["train"][key] for key in data["train"] if key != "run"} == expected


def test_dvc_takes_a_table_that_the_old_pipeline_writes_once_that_is_gone(tmp_path: Path) -> None:
    pipeline = "stages: {get: {cmd: g, frozen: true, outs: [data/rows.csv]}, " + TRAIN.removeprefix("stages: {")
    expected = "rm -f dvc.yaml dvc.lock && uv run dvc add data/rows.csv"
    _, steps = drawn(tmp_path, pipeline)
    assert command(steps, "written by the old pipeline") == expected
    assert "uv run mlops-spec render" in [run for _, run in steps], "there is nothing left to render over"


def test_a_hidden_data_folder_is_told_before_there_is_a_table(tmp_path: Path) -> None:
    put(tmp_path, **{".gitignore": "data/"})
    committed(tmp_path)
    assert command(drawn(tmp_path, "stages: {train: {cmd: t}}")[1], "hides data/rows.csv.dvc")


def test_pickles_between_stages_are_told(tmp_path: Path) -> None:
    pipeline = "stages: {prepare: {cmd: p, deps: [a.csv], outs: [x.pkl]}, train: {cmd: t, deps: [x.pkl]}}"
    assert any("prepare: it writes x.pkl" in what for what, _ in drawn(tmp_path, pipeline)[1])
