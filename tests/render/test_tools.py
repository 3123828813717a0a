"""What the field's own tools say of rendered repositories, in which every two positions of the switches meet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent

# In one process, since starting DVC takes half a second.
DVC = """
import contextlib, io, json, os, sys
from dvc.cli import main

found = []
for folder in sys.argv[1:]:
    os.chdir(folder)
    for command in ["stage", "list", "--names-only"], ["dag", "--md"]:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = main(command)
        found.append([code, out.getvalue()])
print(json.dumps(found))
"""


def tool(*command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def files(variants: list[Path], pattern: str) -> list[str]:
    """Those that no other is the same as, in a repository with the same settings of actionlint."""
    found: dict[tuple[str, ...], str] = {}
    for root in variants:
        settings = root / ".github" / "actionlint.yaml"
        labels = settings.read_text(encoding="utf-8") if settings.exists() else ""
        for path in sorted(root.glob(pattern)):
            found.setdefault((path.name, path.read_text(encoding="utf-8"), labels), str(path))
    return list(found.values())


WORKFLOWS, DEPENDABOT = ".github/workflows/*.yml", ".github/dependabot.yml"


def test_there_are_many_variants_and_no_two_are_the_same(documents: list[object]) -> None:
    assert len(documents) >= 60
    assert len({json.dumps(each) for each in documents}) == len(documents)


@pytest.mark.xdist_group("variants")
def test_zizmor_finds_nothing_at_its_strictest(variants: list[Path]) -> None:
    given = files(variants, WORKFLOWS) + files(variants, DEPENDABOT)

    result = tool("zizmor", "--persona", "auditor", "--no-ignores", "--strict-collection", "--offline", *given)

    assert result.returncode == 0, result.stdout
    assert result.stderr.count("completed") == len(given) > 20


@pytest.mark.xdist_group("variants")
def test_actionlint_with_shellcheck_finds_nothing(variants: list[Path]) -> None:
    result = tool("actionlint", "-shellcheck", str(BIN / "shellcheck"), *files(variants, WORKFLOWS))

    assert (result.returncode, result.stdout) == (0, "")


@pytest.mark.xdist_group("variants")
@pytest.mark.parametrize(("schema", "pattern"), [("github-workflows", WORKFLOWS), ("dependabot", DEPENDABOT)])
def test_files_follow_the_published_schemas(variants: list[Path], schema: str, pattern: str) -> None:
    result = tool("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files(variants, pattern))

    assert result.returncode == 0, result.stdout


@pytest.mark.quick("every fourth")
@pytest.mark.parametrize("step", [4, 1], ids=["every fourth", "each"])
@pytest.mark.xdist_group("variants")
def test_dvc_reads_every_pipeline(variants: list[Path], step: int) -> None:
    result = tool(sys.executable, "-c", DVC, *[str(root) for root in variants[::step]])

    assert result.returncode == 0, result.stderr
    listed, graphs = json.loads(result.stdout)[0::2], json.loads(result.stdout)[1::2]
    for code, text in listed:
        assert code == 0
        assert {"split", "train", "evaluate", "package"} <= set(text.split())
    for code, text in graphs:
        assert (code, "flowchart TD" in text) == (0, True)
