"""The new repository is whole: clean, tracked, rendered, committed, and it runs."""

from __future__ import annotations

import base64
import http.client
import json
import os
import subprocess
import sys
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import pytest
import yaml

from mlops_spec import model_folder
from mlops_spec.errors import Failure
from mlops_spec.lint.load import load_spec
from mlops_spec.outputs.rendered import render_all
from mlops_spec.package.on_disk import digest
from mlops_spec.render.template import TEMPLATE
from mlops_spec.render.write.compare import differences
from mlops_spec.spec.paths import data_paths
from mlops_spec.start.new import storage
from mlops_spec.start.new.create import Created, create
from mlops_spec.start.new.questions import Given, choose, take_default
from mlops_spec.start.new.starter import starters
from mlops_spec.start.new.summary import as_text
from mlops_spec.targets.local.serve.frame import Frame, Splitter
from mlops_spec.targets.local.serve.worker import Model, answers, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.start.new.choices import Choices

STARTERS = starters()


def mlops_spec(*args: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mlops_spec", *map(str, args)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def git(root: Path, *args: str) -> str:
    return subprocess.run(["git", *args], cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def made(place: Path, starter: str) -> Path:
    create(choose(Given(place, starter), take_default), say=lambda step: None)
    return place


@pytest.mark.parametrize("starter", STARTERS)
def test_one_clean_commit_on_main(place: Path, fake_uv: Path, starter: str) -> None:
    root = made(place, starter)

    assert git(root, "log", "--format=%s (%D)") == f"Start credit-default from the starter {starter} (HEAD -> main)"
    assert git(root, "status", "--porcelain") == ""


def test_another_default_branch_is_said_everywhere(place: Path, fake_uv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Git was told so, or by the option."""
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "init.defaultBranch")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "trunk")

    root = made(place, "blank")

    assert git(root, "branch", "--show-current") == "trunk"
    assert load_spec(root / model_folder.SPEC).branch == "trunk"
    assert "- trunk" in (root / ".github/workflows/mlops-merge.yml").read_text()
    assert choose(Given(place, "blank", branch="master"), take_default).branch == "master"
    with pytest.raises(Failure, match="can't be the default branch"):
        choose(Given(place, "blank", branch="a b"), take_default)


@pytest.mark.parametrize("starter", STARTERS)
def test_data_is_tracked_by_dvc_and_not_by_git(place: Path, fake_uv: Path, starter: str) -> None:
    root = made(place, starter)

    paths = data_paths(load_spec(root / model_folder.SPEC).data)
    tracked = git(root, "ls-files", "data").splitlines()
    assert tracked == sorted(["data/.gitignore", "data/README.md", *(f"{path}.dvc" for path in paths)])
    for path in paths:
        md5 = yaml.safe_load((root / f"{path}.dvc").read_text())["outs"][0]["md5"]
        cached = (root / ".dvc/cache/files/md5" / md5[:2] / md5[2:]).read_bytes()
        if (root / path).is_file():
            assert cached == (root / path).read_bytes()
        else:
            assert {each["relpath"] for each in json.loads(cached)} == {each.name for each in (root / path).iterdir()}


@pytest.mark.parametrize("starter", STARTERS)
def test_lint_finds_nothing(place: Path, fake_uv: Path, starter: str) -> None:
    done = mlops_spec("lint", cwd=made(place, starter))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "no errors" in done.stdout
    assert "warning" not in done.stdout


@pytest.mark.parametrize("starter", STARTERS)
def test_it_is_as_rendered(place: Path, fake_uv: Path, starter: str) -> None:
    root = made(place, starter)

    assert differences(root, render_all(root, load_spec(root / model_folder.SPEC))) == ()


def test_options_decide(place: Path, fake_uv: Path) -> None:
    options = ["--starter", "blank", "--name", "card-risk", "--owner", "@a", "--owner", "@b/c", "--remote", "s3://b/k"]

    done = mlops_spec("new", place, *options, "--format", "json", cwd=place.parent)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "directory": str(place),
        "model": "card-risk",
        "starter": "blank",
        "owners": ["@a", "@b/c"],
        "branch": "main",
        "commit": git(place, "rev-parse", "HEAD"),
        "remote": "s3://b/k",
    }
    spec = load_spec(place / model_folder.SPEC)
    assert (spec.model, spec.owners) == ("card-risk", ["@a", "@b/c"])
    assert spec.storage is not None
    assert (spec.storage.url, spec.storage.sign_in) == ("s3://b/k", None)
    assert '"dvc[s3]' in (place / "pyproject.toml").read_text()
    assert "url = s3://b/k\n" in (place / ".dvc/config").read_text()
    assert "@b/c" in (place / ".github/CODEOWNERS").read_text()


def test_a_bucket_comes_with_the_roles_that_jobs_take(tmp_path: Path) -> None:
    """What `storage` names the doctor tells the cloud of; an address with a password is refused."""
    (tmp_path / "model.yaml").write_text("spec: 1\n")
    (tmp_path / "pyproject.toml").write_text("[project]\ndependencies = [\n]\n")

    storage.add(tmp_path, "s3://b/k", "card-risk", "123456789012", "eu-central-1")

    section = yaml.safe_load((tmp_path / "model.yaml").read_text())["storage"]
    role = "arn:aws:iam::123456789012:role/card-risk"
    assert section["sign_in"] == {"aws": {"read": f"{role}-read", "write": f"{role}-write"}}
    assert (section["region"], section["pull_requests"]) == ("eu-central-1", "read")
    for url, account in (("s3://key:secret@b/k", ""), ("s3://b/k", "12345")):
        with pytest.raises(Failure, match="can't be that"):
            storage.add(tmp_path, url, "card-risk", account, "eu-central-1")


@pytest.mark.parametrize(
    ("owners", "alone"), [(["@alice"], True), (["@alice", "@bob"], False), (["@acme/risk"], False)]
)
def test_who_owns_it_alone_is_told_what_that_means(owners: list[str], alone: bool, tmp_path: Path) -> None:
    said = as_text(Created(tmp_path, "m", tuple(owners), "blank", "s3://b", "0" * 40, "trunk"))

    assert ("@alice alone owns it" in said) == alone
    assert "push -u origin trunk" in said


@pytest.mark.parametrize("starter", STARTERS)
def test_the_uv_of_workflows_is_one_that_the_project_takes(starter: str) -> None:
    """setup-uv asks pyproject.toml where the step names no version."""
    project = tomllib.loads((TEMPLATE / "starter" / starter / "pyproject.toml").read_text(encoding="utf-8"))
    (builds,) = project["build-system"]["requires"]
    steps = [*(TEMPLATE / "steps").glob("checkout*.yml")]

    assert builds == f"uv_build{project['tool']['uv']['required-version']}"
    assert len(steps) == 3
    assert not any("version:" in step.read_text(encoding="utf-8") for step in steps)


def test_the_answer_says_what_to_do_next(place: Path, fake_uv: Path) -> None:
    done = mlops_spec("new", "credit-default", cwd=place.parent)

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.startswith("credit-default is in credit-default, its first commit is ")
    for step in ("cd credit-default", "uv sync", "mlops-spec run", "mlops-spec gate", "git remote add origin"):
        assert step in done.stdout
    assert "takes it to credit-default-storage" in done.stdout
    assert "url = ../../credit-default-storage\n" in (place / ".dvc/config").read_text()


def test_the_folder_s_name_becomes_a_model_s(place: Path, fake_uv: Path) -> None:
    assert choose(Given(place.with_name("Card Risk_2")), take_default).names.model == "card-risk-2"


def test_a_taken_place_is_refused_before_anything_is_asked_of_uv(place: Path, fake_uv: Path) -> None:
    place.mkdir()
    (place / "mine").write_text("mine")

    done = mlops_spec("new", place, "--defaults", cwd=place.parent)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"mlops-spec: {place} is not empty\n")
    assert [*place.parent.rglob("*")] == [place, place / "mine"]
    assert not fake_uv.exists()


def test_a_place_that_the_repository_around_ignores_gets_a_repository_of_its_own(place: Path, fake_uv: Path) -> None:
    git(place.parent, "init", "--quiet")
    (place.parent / ".gitignore").write_text(f"/{place.name}\n", encoding="utf-8")

    done = mlops_spec("new", place, "--starter", "blank", cwd=place.parent)

    assert done.returncode == 0, done.stderr
    assert (place / ".git").is_dir()


def test_the_light_core_is_enough(choices: Choices, fake_uv: Path) -> None:
    """No DVC, no NumPy: they need not even be installed."""
    script = (
        "import sys; from mlops_spec.__main__ import main\n"
        "try: main()\n"
        "finally: print(sorted({'dvc', 'numpy', 'pandas', 'sklearn'} & set(sys.modules)), file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, "new", "--defaults", str(choices.directory)],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, "[]\n")


def test_ignored_by_the_user_does_not_mean_missing(
    choices: Choices, fake_uv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some ignore wheels or lock files wherever they are."""
    (tmp_path / "ignored").write_text("*.whl\n*.lock\n")
    (tmp_path / "gitconfig").write_text(f"[core]\n\texcludesFile = {tmp_path / 'ignored'}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))

    create(choices, say=lambda step: None)

    assert "uv.lock" in git(choices.directory, "ls-files").splitlines()


@pytest.mark.e2e
@pytest.mark.xdist_group("new")
def test_the_lock_is_what_uv_wants(place: Path) -> None:
    """Real uv, from our checkout or wheel: the environment could be made from the lock as it stands."""
    root = made(place, "credit-default")

    done = subprocess.run(
        ["uv", "sync", "--locked", "--dry-run", "--quiet", "--python", sys.executable],
        check=False,
        cwd=root,
        env={key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"} | {"PATH": path_with_uv()},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert git(root, "status", "--porcelain") == ""


@pytest.mark.e2e
@pytest.mark.slow  # that of `life` in every run
@pytest.mark.parametrize("starter", STARTERS)
def test_its_pipeline_runs_and_its_gates_pass(place: Path, fake_uv: Path, starter: str) -> None:
    """Against a remote that has no ledger yet: nothing was ever live there."""
    root = made(place, starter)
    git(root.parent, "init", "--quiet", "--bare", "origin.git")
    git(root, "remote", "add", "origin", "../origin.git")
    git(root, "push", "--quiet", "origin", "main")

    ran = mlops_spec("run", cwd=root)
    assert ran.returncode == 0, ran.stderr
    gate = mlops_spec("gate", "--format", "json", cwd=root)

    assert gate.returncode == 0, gate.stdout + gate.stderr
    assert json.loads(gate.stdout)["verdict"] == "pass"
    drill = mlops_spec("drill", cwd=root)
    assert drill.returncode == 0, drill.stdout + drill.stderr
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-c", "pyproject.toml"],
        check=False,
        cwd=root,
        env=os.environ | {"PYTHONPATH": "src"},
        capture_output=True,
        text=True,
    )
    assert tests.returncode == 0, tests.stdout


@pytest.mark.e2e
@pytest.mark.slow
@pytest.mark.parametrize("starter", ["images", "text"])
def test_what_it_trains_answers_requests(place: Path, fake_uv: Path, starter: str) -> None:
    root = made(place, starter)
    assert mlops_spec("run", cwd=root).returncode == 0
    model = _loaded(root / "build/package")

    def ask(value: str) -> tuple[int, Any]:
        name = next(iter(model.inputs))
        tensor = {"name": name, "datatype": "BYTES", "shape": [1], "data": [value]}
        (packed,) = answers([Frame(1, 0, json.dumps({"inputs": [tensor]}).encode())], model)
        (found,) = Splitter().feed(packed)
        return found.status, found.payload

    if starter == "text":
        praise, complaint = (ask(text) for text in ("a great product , i love it", "it broke , terrible"))
        assert _probability(praise) > 0.5 > _probability(complaint)
        return
    rows = pd.read_csv(root / load_spec(root / model_folder.SPEC).data.path).head(50)
    told = [ask(base64.b64encode((root / "data/images" / name).read_bytes()).decode()) for name in rows["file"]]
    digits = [int(np.argmax(json.loads(payload[payload.index(b"{") :])["outputs"][0]["data"])) for _, payload in told]
    assert np.mean(digits == rows["label"]) > 0.9
    whole = (root / "data/images" / rows["file"][0]).read_bytes()
    for broken in (whole[:-4], b"a text", b""):
        assert ask(base64.b64encode(broken).decode())[0] == 422, broken
    assert ask("../../etc/passwd")[0] == 400


@pytest.mark.e2e
@pytest.mark.slow
def test_a_forecast_is_served_as_it_was_evaluated(place: Path, fake_uv: Path) -> None:
    """Over HTTP, row for row, with days as the data file has them."""
    root = made(place, "forecast")
    assert mlops_spec("run", cwd=root).returncode == 0
    rows = pd.read_parquet(root / "build/data/test.parquet")
    evaluated = pd.read_parquet(root / "build/evaluate/predictions.parquet")["y_score"]
    named = load_spec(root / model_folder.SPEC).train.features.include or []

    def request(days: list[str]) -> bytes:
        lags = {name: rows[name].tolist()[: len(days)] for name in named if name != "date"}
        inputs = [{"name": "date", "datatype": "BYTES", "shape": [len(days)], "data": days}]
        inputs += [{"name": name, "datatype": "FP64", "shape": [len(days)], "data": lag} for name, lag in lags.items()]
        return json.dumps({"inputs": inputs}).encode()

    with _served(root) as ask:
        status, said = ask(request(rows["date"].dt.strftime("%Y-%m-%d").tolist()))
        assert status == 200, said
        assert said["outputs"][0]["name"] == "forecast"
        assert said["outputs"][0]["data"] == pytest.approx(evaluated.tolist())
        for wrong in (["2024-02-30"], ["tomorrow"], ["2024-03-06", "2024-03-07T00:00Z"]):
            status, said = ask(request(wrong))
            assert (status, "`date`" in said["error"]) == (400, True), wrong


@contextmanager
def _served(root: Path) -> Iterator[Callable[[bytes], tuple[int, Any]]]:
    """`mlops-spec serve` of what was built: asks it for one answer, status and JSON."""
    command = [sys.executable, "-m", "mlops_spec", "serve", "build/package", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            address = urlsplit(process.stdout.readline().split(" at ")[1].strip())

            def ask(body: bytes) -> tuple[int, Any]:
                connection = http.client.HTTPConnection(address.netloc, timeout=30)
                connection.request("POST", f"{address.path}/infer", body=body)
                answer = connection.getresponse()
                said = answer.status, json.loads(answer.read())
                connection.close()
                return said

            yield ask
        finally:
            process.terminate()


def _loaded(package: Path) -> Model:
    return load(package, digest(package), "v1.0.0")[0]


def _probability(answered: tuple[int, bytes]) -> float:
    status, payload = answered
    assert status == 200, payload
    found: float = json.loads(payload[payload.index(b"{") :])["outputs"][0]["data"][0]
    return found


def path_with_uv() -> str:
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
