"""A new project gets mlops-spec from where the running one came."""

from __future__ import annotations

import json
import tomllib
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.start.new import requirement
from mlops_spec.start.new.requirement import Origin

PYPROJECT = """\
[project]
name = "x"
dependencies = ["mlops-spec[run]", "mlops-specific"]

[dependency-groups]
ops = ["mlops-spec"] # the core
serve = ["mlops-spec[serve]"]
"""


class Installed(Distribution):
    """A distribution with the record that an installer left."""

    def __init__(self, record: dict[str, Any] | None) -> None:
        self.record = record

    def read_text(self, filename: str) -> str | None:
        if filename == "METADATA":
            return "Metadata-Version: 2.1\nName: mlops-spec\nVersion: 1.2.3\n"
        return json.dumps(self.record) if filename == "direct_url.json" and self.record else None

    def locate_file(self, path: Any) -> Any:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (None, Origin("1.2.3")),
        (
            {"url": "file:///home/me/my%20code", "dir_info": {"editable": True}},
            Origin("1.2.3", local=Path("/home/me/my code")),
        ),
        ({"url": "file:///dist/m.whl", "archive_info": {}}, Origin("1.2.3", local=Path("/dist/m.whl"))),
        (
            {"url": "https://github.com/a/b", "vcs_info": {"vcs": "git", "commit_id": "c0ffee"}},
            Origin("1.2.3", source={"git": "https://github.com/a/b", "rev": "c0ffee"}),
        ),
        (
            {"url": "file:///home/me/repo", "vcs_info": {"vcs": "git", "commit_id": "c0ffee"}},
            Origin("1.2.3", source={"git": "file:///home/me/repo", "rev": "c0ffee"}),
        ),
        (
            {"url": "https://example.com/m.whl", "archive_info": {}},
            Origin("1.2.3", source={"url": "https://example.com/m.whl"}),
        ),
    ],
    ids=["index", "checkout", "wheel", "git", "git on disk", "address"],
)
def test_origin(record: dict[str, Any] | None, expected: Origin) -> None:
    assert requirement.origin(Installed(record)) == expected


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    (tmp_path / "project/pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    return tmp_path / "project"


def pinned(project: Path) -> dict[str, Any]:
    return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_requirement_is_pinned_and_nothing_else(project: Path) -> None:
    requirement.add(project, Origin("1.2.3"))

    assert pinned(project)["project"]["dependencies"] == ["mlops-spec[run]==1.2.3", "mlops-specific"]
    assert pinned(project)["dependency-groups"] == {
        "ops": ["mlops-spec==1.2.3"],
        "serve": ["mlops-spec[serve]==1.2.3"],
    }
    assert "tool" not in pinned(project)


def test_a_source_is_named(project: Path) -> None:
    requirement.add(project, Origin("1.2.3", source={"git": "https://github.com/a/b", "rev": "c0ffee"}))

    assert pinned(project)["tool"]["uv"]["sources"] == {
        "mlops-spec": {"git": "https://github.com/a/b", "rev": "c0ffee"}
    }


def test_a_wheel_goes_along(project: Path, tmp_path: Path) -> None:
    wheel = tmp_path / "mlops_spec-1.2.3-py3-none-any.whl"
    wheel.write_bytes(b"wheel")

    requirement.add(project, Origin("1.2.3", local=wheel))

    assert (project / "vendor" / wheel.name).read_bytes() == b"wheel"
    assert pinned(project)["tool"]["uv"]["sources"] == {"mlops-spec": {"path": f"vendor/{wheel.name}"}}


def test_a_checkout_goes_along_as_its_wheel(project: Path, tmp_path: Path, fake_uv: Path) -> None:
    """Pinned is what was built: since its checkout was installed it may have gone on."""
    requirement.add(project, Origin("0.0.9", local=tmp_path))

    wheel = "vendor/mlops_spec-0.1.0-py3-none-any.whl"
    assert (project / wheel).is_file()
    assert pinned(project)["tool"]["uv"]["sources"] == {"mlops-spec": {"path": wheel}}
    assert pinned(project)["project"]["dependencies"][0] == "mlops-spec[run]==0.1.0"


def test_a_wheel_that_is_gone(project: Path, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="which is gone") as failed:
        requirement.add(project, Origin("1.2.3", local=tmp_path / "gone.whl"))

    assert failed.value.exit_code == Exit.CONFIG
