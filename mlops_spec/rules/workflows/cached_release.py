"""No cache is on the way to the registry.

Whoever can run a workflow can write to the caches of its branch, and a job that restores one runs what it finds (the
Ultralytics attack of 2024). A release is built from the commit and the lock file.

Bad:

    jobs:
      train:
        steps:
          - uses: astral-sh/setup-uv@20cfd1bf945f4377ade1205e4dbc17946fc9a30d # v10.0.1
          - run: uv run --no-sync mlops-spec run --push
          - run: uv run --no-sync mlops-spec gate --out build/gate.json
          - run: uv run --no-sync mlops-spec bundle --out dist

Good:

    jobs:
      train:
        steps:
          - uses: astral-sh/setup-uv@20cfd1bf945f4377ade1205e4dbc17946fc9a30d # v10.0.1
            with:
              enable-cache: false
          - run: uv run --no-sync mlops-spec run --push
          - run: uv run --no-sync mlops-spec gate --out build/gate.json
          - run: uv run --no-sync mlops-spec bundle --out dist

Fix: switch the cache off: `enable-cache: false` for setup-uv, which `mlops-spec lint --fix` writes, no `cache:` for
the others, no actions/cache.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.flow import pull_request_jobs
from mlops_spec.platforms.github.workflow.release import RELEASING
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow

CODE = "MS515"
NAME = "cached-release"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in pull_request_jobs(delivery, workflow):
        for step in job.steps:
            kept = text(step.inputs.get("cache-to"))
            if step.uses_action(*_BUILDS) and _SHARED.search(kept) and not _APART.search(f"{kept}{step.condition}"):
                message = "what a pull request builds is then in the cache that releases are built from"
                yield Finding((*step.address, "with", "cache-to"), message, "write the cache on `main` alone")
    if not any(True for _ in workflow.commands(*_TRUSTED)):
        return
    for job in workflow.jobs.values():
        for step in job.steps:
            name = step.uses.partition("@")[0].lower()
            if name.startswith("actions/cache") or name in _CACHES:
                yield Finding((*step.address, "uses"), "a release restores what others may have written", "remove it")
            elif name == _UV and text(step.inputs.get("enable-cache")) != "false":
                place = (*step.address, "with", "enable-cache") if "enable-cache" in step.inputs else None
                message = "setup-uv restores a cache on the way to the registry"
                fix = given(step, "enable-cache", "false")
                yield Finding(place or (*step.address, "uses"), message, "write `enable-cache: false`", fix=fix)
            elif switch := next((each for each in _SWITCHES if text(step.inputs.get(each)) not in ("", "false")), ""):
                message = f"`{switch}` restores a cache on the way to the registry"
                yield Finding((*step.address, "with", switch), message, "remove it", at_key=True)


_BUILDS = ("docker/build-push-action", "docker/bake-action")
#: Caches that all branches share; that of GitHub keeps a pull request's apart.
_SHARED = regex(r"\btype=(registry|s3|azblob)\b|^[\w.-]+(/[\w.-]+)+(:[\w.-]+)?$")
_APART = regex(r"github\.(event_name|ref|head_ref|event\.|actor)|pull_request|mode=min,ref=pr|-pr\b")
_TRUSTED = (*RELEASING, "bundle", "promote open", "comment", "monitor")
_UV = "astral-sh/setup-uv"
_CACHES = frozenset(("swatinem/rust-cache", "hendrikmuhs/ccache-action", "mozilla-actions/sccache-action"))
_SWITCHES = ("cache", "enable-cache", "cache-from", "bundler-cache", "use-cache")
