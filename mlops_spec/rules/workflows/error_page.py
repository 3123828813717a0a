"""An error page is no data.

`curl` ends well whatever the server answers: the page that says 404 or 503 lies where the rows were to be, and a reader
that skips what it can't parse trains on what is left.

Bad:

    jobs:
      train:
        steps:
          - run: curl -sS --output data/rows.csv https://exports.acme.com/rows.csv
          - run: uv run --no-sync python -m credit.train --rows data/rows.csv

Good:

    jobs:
      train:
        steps:
          - run: curl --fail -sS --output data/rows.csv https://exports.acme.com/rows.csv
          - run: uv run --no-sync python -m credit.train --rows data/rows.csv

Fix: add `--fail`, and compare a checksum where there is one.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.roles import about_models
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS668"
NAME = "error-page"
SEVERITY: Severity = "error"

_FAILS = regex(r"-[a-zA-Z]*f[a-zA-Z]*|--fail(-with-body|-early)?")
_KEPT = regex(
    r"\.(csv|tsv|parquet|jsonl?|arrow|feather|npz|npy|h5|onnx|joblib|pkl|skops|safetensors|bin|pt|zip|gz|tgz|zst)(\.\w{2,3})?$"
)
_CHECKED = regex(r"sha(256|512)sum|md5sum|shasum|http_code|\bgpg\b|cosign|\btest -s\b.*grep|pandera|great_expectations")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        learns = about_models(job)
        for step in job.steps if learns else ():
            for command in step.commands:
                kept = _file_of(command) or _redirected(step.run, command)
                if kept and not any(map(_FAILS.fullmatch, command.words)) and not _CHECKED.search(step.run):
                    message = f"where the server answers with an error, its page becomes `{kept}`"
                    yield at_command(step, command, message, "add `--fail`")


def _redirected(script: str, command: Command) -> str:
    """The file that the shell writes what `curl` gets into."""
    if command.words[:1] != ("curl",) or not command.piece:
        return ""
    match = re.search(
        rf"{re.escape(command.piece)}[^\n|;&<>]{{0,300}}[^\n|;&<>0-9]>\s*[\"']?(?P<file>[\w./-]+)", script
    )
    return match["file"] if match and _KEPT.search(match["file"]) else ""


def _file_of(command: Command) -> str:
    """The data or the model that `curl` writes."""
    words = command.words
    if words[:1] != ("curl",):
        return ""
    for word, following in pairwise(words):
        if (word in ("--output", "-o") or re.fullmatch(r"-[a-zA-Z]*o", word)) and _KEPT.search(following):
            return following
    named = any(word in ("-O", "--remote-name") or re.fullmatch(r"-[a-zA-Z]*O[a-zA-Z]*", word) for word in words)
    return (
        next((word.rpartition("/")[2] for word in words if "://" in word and _KEPT.search(word)), "") if named else ""
    )
