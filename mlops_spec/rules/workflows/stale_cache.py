"""A cache is of what it is made from.

A key without the data, the code or the lock in it stays the same when these change: the model of the first night is
restored each night, judged and released as a new one. `restore-keys` takes any cache that begins alike, and DVC's run
cache whatever others have stored as the result of a stage.

Bad:

    jobs:
      train:
        steps:
          - id: kept
            uses: actions/cache@55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # v6.1.0
            with:
              path: build/model
              key: model-${{ runner.os }}

Good:

    jobs:
      train:
        steps:
          - id: kept
            uses: actions/cache@55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # v6.1.0
            with:
              path: build/model
              key: model-${{ hashFiles('dvc.lock', 'uv.lock') }}

Fix: put a hash of all that the files are made from into the key, and leave `restore-keys` out; or keep no results.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.images import image_commands
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow

CODE = "MS575"
NAME = "stale-cache"
SEVERITY: Severity = "error"

_CACHES = ("actions/cache", "actions/cache/restore")
#: What is named by its content or by its version, or is fetched anew where it is not there.
_NAMED = regex(
    r"^~|\.cache\b|\.dvc/(cache|tmp)|node_modules|\.npm|\.?conda|pip|\.cargo|\.gradle|\.m2|\.local|ruff|mypy|pytest|pre-commit"
)
_ENVIRONMENT = regex(r"(^|/)\.?v?env(/|$)|site-packages")
_CHANGES = regex(r"github\.(sha|run_id|run_number|event\.[\w.]*sha)|steps\.|needs\.|hashFiles", re.IGNORECASE)
_HASHED = regex(r"hashFiles\(([^)]*)\)", re.IGNORECASE)
_PACKAGES = regex(r"lock|requirements|pyproject|setup\.|environment\.ya?ml|Pipfile|constraints", re.IGNORECASE)
_LOCKS_ALL = regex(r"dvc\.lock|'\*\*'|'\*\*/\*'")
_DATA = regex(r"\.dvc\b|data|rows|\.parquet|\.csv|manifest|dataset")
_CODE = regex(r"\.py\b|src|dvc\.yaml|params|\.ipynb|train")
_ROWS = regex(r"data|rows|features|logs?\b|dataset|\.parquet|\.csv")
_HINT = "put a hash of all that it is made from into the key, or keep no results"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            if step.uses_action(*_CACHES):
                yield from _cached(step, workflow, job)
                if pattern := _unmatched_pattern(step, job, delivery):
                    message = f"the repository has no `{pattern}`, so this part of the key is always empty"
                    yield Finding(
                        (*step.address, "with", "key"), message, "name the files that are there", piece=pattern
                    )
            yield from _cached_layers(step, delivery)
            for command in step.commands:
                pulls = {"dvc", "pull"} <= {*command.words} or {"dvc", "fetch"} <= {*command.words}
                if pulls and "--run-cache" in command.words:
                    message = "stages are then taken from runs that others have stored, and not run"
                    yield at_command(step, command, message, "leave `--run-cache` out")


_FETCHES = regex(
    r"\b(aws s3 (cp|sync)|gsutil( -m)? cp|gcloud storage cp|azcopy cp|curl|wget|dvc (pull|get)"
    r"|mlflow artifacts download|(huggingface-cli|hf) download|download_artifacts|hf_hub_download|snapshot_download"
    r"|load_model)\b[^\n]*"
    r"(model|champion|approved|latest|production|weights)",
    re.IGNORECASE,
)
_FIXED = regex(
    r"[0-9a-f]{32,}|\brevision[ =]|models:/[\w.-]+/\d+|version[-_]?id|\$\{?\w+|@sha256|v?\d+\.\d+\.\d+/|/v\d+/"
)


def _cached_layers(step: Step, delivery: Delivery) -> Iterator[Finding]:
    """Models that a build fetches by a line that stays the same, and so takes out of the cache of layers."""
    said = [*step.inputs, *(word for each in step.commands for word in each.words)]
    if not any("cache-from" in each for each in said):
        return
    for built in image_commands(step, delivery):
        fetched = _FETCHES.search(built.script)
        if fetched and not _FIXED.search(fetched[0]):
            message = "this line stays the same, so the model of the first build is taken from the cache for ever"
            hint = "copy the model that was judged: `COPY build/model model`"
            yield Finding((), message, hint, document=built.document, span=built.span)


def _unmatched_pattern(step: Step, job: Job, delivery: Delivery) -> str:
    before = job.steps[: job.steps.index(step)]
    paths = [line.strip() for line in text(step.inputs.get("path")).splitlines() if line.strip()]
    if all(_NAMED.search(path) for path in paths) or any(
        "repository" in each.inputs or _MAKES.search(each.run) for each in before
    ):
        return ""
    for call in _HASHED.findall(text(step.inputs.get("key"))):
        patterns = [str(each) for each in re.findall(r"'([^']*)'", call)]
        if patterns and all(pattern in delivery.absent for pattern in patterns):
            return patterns[0]
    return ""


_MAKES = regex(r"\b(dvc|curl|wget|aws|gsutil|gcloud|az|lock|compile|export|python|make|git clone|date)\b|>")


def _cached(step: Step, workflow: Workflow, job: Job) -> Iterator[Finding]:
    paths = [line.strip() for line in text(step.inputs.get("path")).splitlines() if line.strip()]
    results = [path for path in paths if not _NAMED.search(path)]
    if not results:
        return
    key = _expanded_key(text(step.inputs.get("key")), workflow, job)
    hashed = " ".join(_HASHED.findall(key))
    if why := _why_stale(results[0], key, hashed):
        yield Finding((*step.address, "with", "key"), why, _HINT)
    if "restore-keys" in step.inputs and not all(_is_packages(path, hashed) for path in results):
        message = f"this takes a `{results[0]}` that was made of something else"
        yield Finding((*step.address, "with", "restore-keys"), message, "leave it out", at_key=True)


def _is_packages(path: str, hashed: str) -> bool:
    """A folder of packages by its name, or one that another step names and whose key is a hash of their lock."""
    return bool(_ENVIRONMENT.search(path) or (path.startswith("${{") and _PACKAGES.search(hashed)))


def _why_stale(path: str, key: str, hashed: str) -> str:
    if not _CHANGES.search(key):
        return f"this key stays the same, so the first `{path}` is restored for ever"
    if _CHANGES.search(_HASHED.sub("", key)) or not hashed or _LOCKS_ALL.search(hashed):
        return ""
    if _is_packages(path, hashed):
        return "" if _PACKAGES.search(hashed) else f"this key does not say which packages `{path}` has"
    if not _DATA.search(hashed):
        return f"this key stays the same when the data of `{path}` changes"
    if not _CODE.search(hashed) and not _ROWS.search(path):
        return f"this key stays the same when the code that makes `{path}` changes"
    return ""


def _expanded_key(key: str, workflow: Workflow, job: Job) -> str:
    known = {**mapping(workflow.data.get("env")), **mapping(job.data.get("env"))}
    return re.sub(r"\benv\.(\w+)", lambda found: text(known.get(found[1])) or found[0], key)
