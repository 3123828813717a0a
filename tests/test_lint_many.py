"""The linter at the root of a repository of many models: all of them, and what they mean for one another."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from mlops_spec.cli import program

MINIMAL = (Path(__file__).parent / "specs/ok/minimal.yaml").read_text(encoding="utf-8")
ENVIRONMENTS = "environments:\n  staging: {after: merge}\n  production: {after: staging}\n"
AUTHOR = {f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def git(*words: str) -> None:
    subprocess.run(["git", "-c", "protocol.file.allow=always", *words], check=True, env=os.environ | AUTHOR)


def write(path: str, text: str = "") -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def add(folder: str, name: str, more: str = "") -> None:
    code = name.replace("-", "_")
    write(f"{folder}/model.yaml", MINIMAL.replace("credit-default", name, 1).replace("credit_default", code) + more)
    write(f"{folder}/src/{code}/__init__.py")
    write(f"{folder}/src/{code}/train.py")
    write(f"{folder}/src/{code}/predict.py", "def load(model_dir):\n    return model_dir\n")
    write(f"{folder}/data/{code}.csv.dvc", "outs:\n  - path: rows.csv\n")


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    root = tmp_path / "repository"
    root.mkdir()
    monkeypatch.chdir(root)
    git("init", "-q", "-b", "main")
    write("pyproject.toml", '[project]\nname = "models"\ndependencies = ["dvc[s3]"]\n')
    write("uv.lock", "version = 1\n")
    write(".dvc/config", "[core]\n    remote = storage\n['remote \"storage\"']\n    url = /srv/s\n    verify = true\n")
    add("models/churn", "churn", ENVIRONMENTS)
    add("models/risk", "risk", ENVIRONMENTS)
    return root


def found(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> list[str]:
    """The findings as `place CODE`, the same from the rules and from the cache; then the summary."""
    said = []
    for _ in range(2):
        monkeypatch.setattr("sys.argv", ["mlops-spec", "lint", *words])
        program()
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    lines = [line for line in said[0].splitlines() if "error[MS" in line or "warning[MS" in line]
    return [f"{line.split(' ')[0].rstrip(':')} {line.split('[')[1][:5]}" for line in lines] + said[0].splitlines()[-1:]


Found = pytest.CaptureFixture[str]


def test_all_models_are_read_and_counted(capsys: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    (summary,) = found(capsys, monkeypatch)

    assert summary.startswith("no errors")
    assert " 2 files, 10 files around it" in summary


def test_one_is_read_by_its_name_and_in_its_folder(root: Path, capsys: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    write("models/risk/model.yaml", "spec: 2\nmodel: risk\n")

    assert found(capsys, monkeypatch, "--model", "churn")[-1].startswith("no errors")
    assert "models/risk/model.yaml:1:7 MS007" in found(capsys, monkeypatch, "--model", "risk")
    monkeypatch.chdir(root / "models/churn")
    assert found(capsys, monkeypatch)[-1].startswith("no errors")


def test_two_of_one_name_are_told_of_both(capsys: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    add("models/risk", "churn", ENVIRONMENTS)

    assert found(capsys, monkeypatch)[:-1] == ["models/churn/model.yaml:2:8 MS832", "models/risk/model.yaml:2:8 MS832"]


@pytest.mark.parametrize("outer", ["models/risk", "models", "."])
def test_a_model_below_another_is_told_of_both(outer: str, capsys: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    if outer == "models/risk":
        add("models/risk/inner", "inner")
    else:
        add(outer, "outer")

    told = found(capsys, monkeypatch, ".")[:-1]

    assert {each.rpartition(" ")[2] for each in told} == {"MS833"}
    assert len(told) == (2 if outer == "models/risk" else 3)


def test_patterns_leave_out_what_is_no_model(capsys: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    add("models/risk/tests/data", "sample")
    with Path("pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('[tool.mlops-spec]\nmodels = ["models/*"]\n')

    assert found(capsys, monkeypatch)[-1].startswith("no errors")


def test_one_in_a_submodule_is_none(tmp_path: Path, capsys: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    add("other", "other")
    monkeypatch.chdir(tmp_path / "other")
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "First")
    assert "MS834" not in " ".join(found(capsys, monkeypatch))  # it is a repository of its own
    monkeypatch.chdir(tmp_path / "repository")
    git("submodule", "--quiet", "add", str(tmp_path / "other"), "models/other")

    assert "models/other/model.yaml:2:8 MS834" in found(capsys, monkeypatch)


@pytest.mark.parametrize(
    ("shared", "own", "place"),
    [
        ('branch = "trunk"', "branch: main\n", "21:9"),
        ("", "branch: trunk\n", "21:9"),
        ("", "storage: {url: 's3://acme/own'}\n", "21:16"),
        ('train.compute.timeout = "2h"', "", ""),
        ("environments.production.promote.approvals = 2", "", ""),
        ("governance.merge_queue = true", "governance: {merge_queue: false}\n", "21:27"),
    ],
)
def test_what_is_there_once_is_said_once(
    shared: str, own: str, place: str, capsys: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("models/risk", "risk", ENVIRONMENTS + own)
    with Path("pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(f"[tool.mlops-spec]\n{shared}\n")

    told = [each for each in found(capsys, monkeypatch) if each.endswith("MS835")]

    assert told == ([f"models/risk/model.yaml:{place} MS835"] if place else [])


def test_a_model_may_be_stricter(capsys: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("[tool.mlops-spec]\nenvironments.production.promote.approvals = 2\n")
    for approvals, count in ((1, 1), (2, 0), (3, 0)):
        promoted = f"after: staging, promote: {{approvals: {approvals}}}"
        add("models/risk", "risk", ENVIRONMENTS.replace("after: staging", promoted))
        assert sum(each.endswith("MS835") for each in found(capsys, monkeypatch)) == count


def test_an_environment_that_differs_is_told_where_it_does(capsys: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    add("models/risk", "risk", ENVIRONMENTS.replace("staging}", 'staging, listen: "127.0.0.1:9999"}'))

    assert found(capsys, monkeypatch)[:-1] == ["models/risk/model.yaml:20:40 MS836"]


@pytest.mark.parametrize(("theirs", "told"), [("/lake/{date}/", 1), ("/lake/{date}", 1), ("/lake/risk/{date}/", 0)])
def test_two_models_of_one_output_are_told(
    theirs: str, told: int, capsys: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the two write the very same of their environments."""
    scores = (
        'environments:\n  nightly: {{target: batch, after: merge, input: "/in/{{date}}/*.parquet", output: "{}"}}\n'
    )
    add("models/churn", "churn", scores.format("/lake/{date}/"))
    add("models/risk", "risk", scores.format(theirs))

    assert sum(each.endswith("MS838") for each in found(capsys, monkeypatch)) == told


def test_a_wrong_table_is_told_once_and_no_model_is_blamed(capsys: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("[tool.mlops-spec]\nbranch = 1\n")

    assert found(capsys, monkeypatch)[:-1] == ["pyproject.toml:5:10 MS006"]


def test_a_change_of_what_is_shared_is_seen_through_the_cache(capsys: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    add("models/risk", "risk", ENVIRONMENTS + "branch: main\n")
    assert found(capsys, monkeypatch)[-1].startswith("no errors")
    with Path("pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('[tool.mlops-spec]\nbranch = "trunk"\n')

    assert "models/risk/model.yaml:21:9 MS835" in found(capsys, monkeypatch)


def test_the_fast_path_of_hooks_knows_the_table_above(
    root: Path, capsys: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(
        "models/risk/model.yaml", Path("models/risk/model.yaml").read_text().replace('owners: ["@acme/credit"]\n', "")
    )
    with Path("pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('[tool.mlops-spec]\nowners = ["@acme/platform"]\n')
    monkeypatch.chdir(root / "models/risk")
    assert "no errors" in found(capsys, monkeypatch, "model.yaml")[-1]
    (root / "pyproject.toml").write_text('[project]\nname = "models"\n')
    assert "MS005" in " ".join(found(capsys, monkeypatch, "model.yaml"))
