"""Our own workflows obey the tools that we hold rendered ones to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
WORKFLOWS = sorted(str(file) for file in (ROOT / ".github" / "workflows").glob("*.yml"))


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(BIN / command[0]), *command[1:]], capture_output=True, text=True, cwd=ROOT, check=False)


def test_zizmor_finds_nothing_at_its_strictest() -> None:
    result = run("zizmor", "--persona", "auditor", "--no-ignores", "--strict-collection", "--offline", ".github")

    assert result.returncode == 0, result.stdout


def test_actionlint_finds_nothing() -> None:
    result = run("actionlint", *WORKFLOWS)

    assert result.returncode == 0, result.stdout


def test_they_follow_the_published_schema() -> None:
    result = run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)

    assert result.returncode == 0, result.stdout
