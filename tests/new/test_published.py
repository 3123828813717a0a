"""From an index, as on the day of a release: README's install line, then a repository that locks, renders and runs."""

from __future__ import annotations

import functools
import http.server
import os
import re
import subprocess
import sys
import threading
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parent.parent.parent
UV = Path(sys.executable).with_name("uv")
VERSION = "9.0.0"


def run(*command: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def release(folder: Path, project: Path) -> None:
    """The wheel of our last commit, as a tag of `VERSION` would build it."""
    run("git", "clone", "--quiet", ROOT, folder / "clone", cwd=folder)
    run("git", "tag", f"v{VERSION}", cwd=folder / "clone")
    run(UV, "build", "--quiet", "--wheel", "--no-create-gitignore", "--out-dir", project, cwd=folder / "clone")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder of a folder per project, read as the simple index that pip and uv know (PEP 503)."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            """Nothing to say."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/simple"
        finally:
            server.shutdown()
            thread.join()


def install_line() -> str:
    """What README tells to install; from a clone or by name, it is the same project with the same extra."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r'^pip install "(?:\.|mlops-spec)(\[[a-z,]+\])" uv\b', readme, re.MULTILINE)
    assert found is not None, "README no longer says how to install"
    return f"mlops-spec{found[1]}"


@pytest.mark.slow
@pytest.mark.e2e
def test_what_an_index_has_is_all_that_a_new_repository_needs(tmp_path: Path) -> None:
    release(tmp_path, tmp_path / "index/simple/mlops-spec")
    venv, place = tmp_path / "venv", tmp_path / "credit-default"
    with served(tmp_path / "index") as index:
        env = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
        env |= {"UV_INDEX": index, "PATH": os.pathsep.join([str(venv / "bin"), os.environ["PATH"]])}
        run(UV, "venv", "--quiet", "--python", sys.executable, venv, cwd=tmp_path, env=env)
        run(UV, "pip", "install", "--quiet", "--python", venv, install_line(), "uv", cwd=tmp_path, env=env)
        run("mlops-spec", "new", place, "--defaults", cwd=tmp_path, env=env)
        run("uv", "sync", "--locked", "--quiet", cwd=place, env=env)
        for command in (["lint"], ["render", "--check"], ["run"]):
            run("uv", "run", "--locked", "mlops-spec", *command, cwd=place, env=env)

    project = tomllib.loads((place / "pyproject.toml").read_text(encoding="utf-8"))
    locked = tomllib.loads((place / "uv.lock").read_text(encoding="utf-8"))["package"]
    assert f"mlops-spec[run]=={VERSION}" in project["project"]["dependencies"]
    assert "sources" not in project.get("tool", {}).get("uv", {})
    assert not (place / "vendor").exists()
    assert [each["source"] for each in locked if each["name"] == "mlops-spec"] == [{"registry": index}]
    assert (place / "build/package/manifest.json").is_file()
