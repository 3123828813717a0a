"""What other tools make of a release: GTO and DVC read it as theirs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlops_spec.integrity.seal import seal
from mlops_spec.release.bundle import Bundle, read_bundle
from mlops_spec.release.register import register

from .conftest import ALICE, write_bundle

if TYPE_CHECKING:
    from .conftest import House

TOOLS = Path(sys.executable).parent
DVC_FILE = """\
stages:
  package:
    cmd: mkdir -p build/package && cp data/churn.csv build/package/model.txt
    deps: [data/churn.csv]
    outs: [build/package]
artifacts:
  churn: {path: build/package, type: model}
"""

pytestmark = [pytest.mark.e2e]


def run(folder: Path, *command: str) -> str:
    environment = {**os.environ, "DVC_NO_ANALYTICS": "1", "DVC_TEST": "true", "HOME": str(folder.parent)}
    line = [str(TOOLS / command[0]), *command[1:]]
    done = subprocess.run(
        line,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_gto_and_dvc_read_the_release(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = house.git.directory
    house.commit({"dvc.yaml": DVC_FILE, "data/churn.csv": "age\n1\n", ".gitignore": "/build\n"})
    run(folder, "dvc", "init", "-q", "-f")
    storage = house.root / "storage"
    run(folder, "dvc", "remote", "add", "-q", "-d", "here", str(storage))
    house.commit({".dvc/config": (folder / ".dvc" / "config").read_text()})
    run(folder, "dvc", "repro", "-q")
    run(folder, "dvc", "push", "-q")
    write_bundle(house.root / "dist", commit=house.git.commit_id())
    shutil.copy(folder / "dvc.lock", house.root / "dist" / "dvc.lock")
    (house.root / "dist" / "SHA256SUMS").unlink()
    (folder / "dvc.lock").unlink()
    seal(house.root / "dist")
    monkeypatch.setattr(Bundle, "verify", lambda *_: None)  # what these tools read is the point, not what was judged
    done = register(house.git, read_bundle(house.root / "dist"), who=ALICE)
    assert done.record.what.version == "v1.0.0"

    shown = json.loads(run(folder, "gto", "show", "--json"))
    assert shown["churn"]["version"] == "v1.0.0"
    out = house.root / "got"
    clone = house.clone("elsewhere").git.directory
    run(clone, "dvc", "artifacts", "get", str(house.hub.origin.path), "churn", "--rev", "v1.0.0", "-o", str(out))
    assert (out / "model.txt").read_text() == "age\n1\n"
