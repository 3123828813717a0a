"""The rendered repository of many models: each in its folder, and one set of workflows that knows none of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlops_spec.lint.workflows import lint_workflows
from mlops_spec.platforms.github.outputs.many import shared_workflows
from mlops_spec.render.jinja import render
from mlops_spec.spec.shared import Shared

CASE = Path(__file__).parent / "many"
BIN = Path(sys.executable).parent
WORKFLOWS = ".github/workflows"
ROLE = "arn:aws:iam::123456789012:role"
GUID = "11111111-2222-4333-8444-555555555555"
AWS = {"aws": {"read": f"{ROLE}/read", "write": f"{ROLE}/write"}}
KEYS = {"secrets": {"read": ["KEY_ID", "KEY"], "write": ["KEY", "KEY_ID"]}}
AZURE = {"azure": {"tenant": GUID, "account": "acme", "read": GUID, "write": GUID.replace("5", "6")}}
GOOGLE = {
    "google": {
        "provider": "projects/1/locations/global/workloadIdentityPools/github/providers/github",
        "write": "writer@acme-models.iam.gserviceaccount.com",
    }
}
SETTINGS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "aws": {
        "branch": "trunk",
        "storage": {"url": "s3://acme/models", "region": "eu-central-1", "sign_in": AWS},
        "governance": {"provenance": "github", "merge_queue": True},
    },
    "scored": {
        "storage": {
            "url": "s3://acme/models",
            "region": "eu-central-1",
            "sign_in": {"aws": AWS["aws"] | {"score": f"{ROLE}/score"}},
        },
        "environments": {
            "staging": {"after": "merge"},
            "nightly": {"after": "staging", "runner": "ubuntu-24.04", "schedule": "20 2 * * *"},
            "by-hand": {"after": "merge", "runner": "ubuntu-24.04-arm"},
        },
    },
    "secrets": {"storage": {"url": "s3://acme/models", "endpoint": "https://s3.example.org", "sign_in": KEYS}},
    "sample": {
        "storage": {"url": "azure://models", "pull_requests": "sample", "sample": "rows.csv", "sign_in": AZURE},
        "governance": {"merge_queue": True},
    },
    "after-merge": {"storage": {"url": "gs://acme", "pull_requests": "after-merge", "sign_in": GOOGLE}},
}


def command(root: Path, *args: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "mlops_spec", *args]
    return subprocess.run(line, cwd=root, capture_output=True, text=True, check=False)


def repository(root: Path) -> Path:
    shutil.copytree(CASE / "repository", root)
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    return root


def texts(root: Path) -> dict[str, str]:
    files = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.relative_to(root).parts)
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in files}


def test_a_repository_of_many_is_rendered_as_expected(tmp_path: Path, update: bool) -> None:
    root = repository(tmp_path / "repository")
    done = command(root, "render")
    assert done.returncode == 0, done.stderr
    if update:
        shutil.rmtree(CASE / "expected", ignore_errors=True)
        shutil.copytree(root, CASE / "expected", ignore=lambda _, names: [name for name in names if name == ".git"])
    assert texts(root) == texts(CASE / "expected")


def test_workflows_are_the_same_for_one_model_and_for_twelve(tmp_path: Path) -> None:
    root = repository(tmp_path / "repository")
    shutil.rmtree(root / "models/visits")
    command(root, "render")
    one = {path: text for path, text in texts(root).items() if path.startswith(WORKFLOWS)}
    for number in range(11):
        spec = (root / "models/churn/model.yaml").read_text(encoding="utf-8").replace("churn", f"other-{number}")
        (root / f"models/other-{number}").mkdir()
        (root / f"models/other-{number}/model.yaml").write_text(spec, encoding="utf-8")
    command(root, "render")
    assert len(one) >= 5
    assert {path: text for path, text in texts(root).items() if path.startswith(WORKFLOWS)} == one


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The workflows of each of the settings, in a folder."""
    found = {}
    for name, settings in SETTINGS.items():
        root = tmp_path_factory.mktemp(name)
        outputs = list(shared_workflows(Shared.model_validate(settings)))
        for output, text in zip(outputs, render(outputs), strict=True):
            (root / output.path).parent.mkdir(parents=True, exist_ok=True)
            (root / output.path).write_text(text, encoding="utf-8")
        found[name] = root
    return found


def toml(values: dict[str, Any], table: str = "tool.mlops-spec") -> str:
    plain = [f"{key} = {json.dumps(value)}" for key, value in values.items() if not isinstance(value, dict)]
    inner = [toml(value, f"{table}.{key}") for key, value in values.items() if isinstance(value, dict)]
    return "\n".join([f"[{table}]", *plain, *inner])


@pytest.mark.parametrize("name", SETTINGS)
def test_our_own_rules_find_nothing(rendered: dict[str, Path], name: str) -> None:
    files = {path: text.encode() for path, text in texts(rendered[name]).items()}
    found = lint_workflows("", files, toml(SETTINGS[name]).encode())
    assert [str(each) for part in found.values() for each in part] == []
    assert len(found) == len(files)


def test_our_own_rules_find_what_breaks_in_them(rendered: dict[str, Path]) -> None:
    """A command about several models may run after a failure; the same command about one may not."""
    for name, old, new, code in (
        ("mlops-merge", "          MLOPS_MATRIX: ${{ needs.plan.outputs.matrix }}\n", "", "MS512"),
        ("mlops-train", "      MLOPS_MODELS: ${{ matrix.models }}", "      OTHER: x", "MS512"),
        ("mlops-merge", "    environment: ${{ matrix.environment }}", "    environment: staging", "MS514"),
        ("mlops-promote", ' --digest "${DIGEST}"', "", "MS540"),
        ("mlops-promote", "      group: mlops-${{ matrix.environment }}-${{ matrix.model }}", "      group: a", ""),
    ):
        files = {path: text.encode() for path, text in texts(rendered["nothing"]).items()}
        path = f"{WORKFLOWS}/{name}.yml"
        assert old.encode() in files[path], old
        found = lint_workflows(
            "", files | {path: files[path].replace(old.encode(), new.encode())}, b"[tool.mlops-spec]"
        )
        codes = {each.kind.code for part in found.values() for each in part}
        assert code in codes if code else not codes, (name, old, codes)


def test_nothing_of_a_matrix_or_an_event_stands_in_a_script(rendered: dict[str, Path]) -> None:
    for root in rendered.values():
        for path in (root / WORKFLOWS).iterdir():
            jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
            scripts = [step["run"] for job in jobs.values() for step in job.get("steps", []) if "run" in step]
            assert not [script for script in scripts if "${{" in script], path


def test_a_skipped_job_never_stands_for_the_required_check(rendered: dict[str, Path]) -> None:
    for name in ("nothing", "sample"):
        workflow = (rendered[name] / WORKFLOWS / "mlops-pull-request.yml").read_text(encoding="utf-8")
        jobs = yaml.safe_load(workflow)["jobs"]
        (judged,) = [job for job in jobs.values() if job.get("name") == "Train and gate"]
        assert judged["if"] == "${{ always() }}"
        assert any("mlops-spec verdict --reports" in step.get("run", "") for step in judged["steps"])


def tool(*line: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(line, capture_output=True, text=True, env=environment, check=False)


def files_of(rendered: dict[str, Path]) -> list[str]:
    return [str(path) for root in rendered.values() for path in sorted((root / WORKFLOWS).iterdir())]


def test_actionlint_with_shellcheck_finds_nothing(rendered: dict[str, Path]) -> None:
    result = tool("actionlint", "-shellcheck", str(BIN / "shellcheck"), *files_of(rendered))
    assert (result.returncode, result.stdout) == (0, "")


def test_zizmor_finds_nothing_at_its_strictest(rendered: dict[str, Path]) -> None:
    given = files_of(rendered)
    result = tool("zizmor", "--persona", "auditor", "--no-ignores", "--strict-collection", "--offline", *given)
    assert result.returncode == 0, result.stdout
