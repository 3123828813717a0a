"""Which workflows an event starts, as GitHub documents its filters."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from mlops_spec.platforms.github.workflow.filters import matches
from mlops_spec.rehearse.events import Event
from mlops_spec.rehearse.triggers import started_by, starts


def event(name: str, **fields: Any) -> Event:
    values = {"payload": {}, "commit": "c", "branch": "main", "actor": "alice", **fields}
    return Event(name, **values)  # type: ignore[arg-type]


def on(text: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(f"on:\n{text}", Loader=yaml.CBaseLoader)
    return loaded


# The examples of https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
@pytest.mark.parametrize(
    ("pattern", "taken", "left"),
    [
        ("feature/*", ["feature/my-branch", "feature/your-branch"], ["feature/beta-a/my-branch", "features/x"]),
        ("feature/**", ["feature/beta-a/my-branch", "feature/your-branch", "feature/mona/the/octocat"], ["feature"]),
        ("*", ["main", "releases"], ["all/the/branches"]),
        ("**", ["all/the/branches", "every/tag"], []),
        ("*feature", ["mona-feature", "feature", "ver-10-feature"], ["feature-x"]),
        ("v2*", ["v2", "v2.0", "v2.9"], ["v1"]),
        ("v[12].[0-9]+.[0-9]+", ["v1.10.1", "v2.0.0"], ["v3.0.0", "v1.1"]),
        ("*.jsx?", ["page.js", "page.jsx"], ["app/page.js", "page.jsxx"]),
        ("**.js", ["index.js", "js/index.js", "src/js/app.js"], ["index.jsx"]),
        ("docs/*", ["docs/README.md"], ["docs/mona/octocat.txt", "docs"]),
        ("docs/**", ["docs/README.md", "docs/mona/octocat.txt"], ["src/docs.md"]),
        ("docs/**/*.md", ["docs/README.md", "docs/mona/hello-world.md", "docs/a/markdown/file.md"], ["docs/a.txt"]),
        ("**/docs/**", ["docs/hello.md", "dir/docs/my-file.txt", "space/docs/plan/space.doc"], ["mydocs/x"]),
        ("**/*src/**", ["a/src/app.js", "my-src/code/js/app.js"], ["lib/app.js"]),
        ("[z-a]", [], ["z"]),
        ("+x", [], ["x"]),
        ("deploy/production.yaml", ["deploy/production.yaml"], ["deploy/production-yaml", "x/deploy/production.yaml"]),
    ],
)
def test_patterns(pattern: str, taken: list[str], left: list[str]) -> None:
    assert [value for value in taken + left if matches([pattern], value)] == taken


def test_the_last_pattern_that_fits_decides() -> None:
    assert matches(["*.md", "!README.md"], "hello.md")
    assert not matches(["*.md", "!README.md"], "README.md")
    assert matches(["*.md", "!README.md", "README*"], "README.md")
    assert not matches([], "README.md")


MERGE = "  push:\n    branches:\n      - main\n    paths-ignore: [deploy/**]"
PROMOTE = "  push:\n    branches:\n      - main\n    paths:\n      - deploy/production.yaml"
PULL_REQUEST = "  pull_request:\n    branches:\n      - main\n    types: [opened, synchronize, reopened]"


@pytest.mark.parametrize(
    ("text", "fields", "expected"),
    [
        (MERGE, {"changed": ("src/train.py",)}, True),
        (MERGE, {"changed": ("src/train.py", "deploy/production.yaml")}, True),
        (MERGE, {"changed": ("deploy/production.yaml",)}, False),
        (MERGE, {"changed": ("src/train.py",), "branch": "audit-log"}, False),
        (PROMOTE, {"changed": ("src/train.py", "deploy/production.yaml")}, True),
        (PROMOTE, {"changed": ("deploy/staging.yaml",)}, False),
        ("  push:\n    branches-ignore: [main]", {}, False),
        ("  push:", {}, True),
        ("  [push, pull_request]", {}, True),
        ("  pull_request:", {}, False),
    ],
)
def test_pushes(text: str, fields: dict[str, Any], expected: bool) -> None:
    assert starts(on(text), event("push", **fields)) is expected


@pytest.mark.parametrize(
    ("text", "fields", "expected"),
    [
        (PULL_REQUEST, {"action": "opened"}, True),
        (PULL_REQUEST, {"action": "closed"}, False),
        (PULL_REQUEST, {"action": "opened", "branch": "release"}, False),
        ("  pull_request:", {"action": "synchronize"}, True),
        ("  pull_request:", {"action": "labeled"}, False),
        ("  pull_request:\n    types: [labeled]", {"action": "labeled"}, True),
    ],
)
def test_pull_requests(text: str, fields: dict[str, Any], expected: bool) -> None:
    assert starts(on(text), event("pull_request", **fields)) is expected


def test_a_schedule_starts_its_own_cron_only() -> None:
    workflow = on('  schedule:\n    - cron: "17 6 * * *"\n  workflow_dispatch:')

    assert starts(workflow, event("schedule", payload={"schedule": "17 6 * * *"}))
    assert not starts(workflow, event("schedule", payload={"schedule": "0 0 * * *"}))
    assert starts(workflow, event("workflow_dispatch"))


def test_files_are_those_of_the_events_commit(stage: Any) -> None:
    for name, text in (("b.yml", PULL_REQUEST), ("a.yaml", MERGE), ("c.yml", MERGE)):
        commit = stage.commit("main", f".github/workflows/{name}", f"on:\n{text}\njobs: {{}}\n")
    stage.commit("main", ".github/workflows/d.yml", f"on:\n{MERGE}\njobs: {{}}\n")

    found = started_by(event("push", commit=commit, changed=("x",)), stage.hub.origin.git)
    assert found == ["a.yaml", "c.yml"]
