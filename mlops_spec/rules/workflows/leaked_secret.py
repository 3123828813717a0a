"""A secret stays where it is used.

GitHub hides a secret in its log only as the text that it knows: cut, encoded or in a trace it stands there for all who
may read the run. In an address it goes into `.git/config`, the list of processes and the logs of each proxy, as the
argument of a build into the image.

Bad:

    jobs:
      train:
        steps:
          - run: |
              git clone "https://${TOKEN}@github.com/acme/features"
              uv run --no-sync python -m credit.train
            env:
              TOKEN: ${{ secrets.FEATURES_TOKEN }}

Good:

    jobs:
      train:
        steps:
          - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
            with:
              repository: acme/features
              ref: 4b825dc642cb6eb9a060e54bf8d69288fbee4904
              path: features
              token: ${{ secrets.FEATURES_TOKEN }}
              persist-credentials: false
          - run: uv run --no-sync python -m credit.train

Fix: hand it on in `env`, by standard input, or as the input of an action; never print it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.expression import names_secret
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.platforms.github.workflow.written_files import files_with, holds_file
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

CODE = "MS579"
NAME = "leaked-secret"
SEVERITY: Severity = "error"

_TOKEN = regex(r"github\.token", re.IGNORECASE)
_NAMES = regex(r"TOKEN|PASSWORD|PASSWD|SECRET|_PAT\b|^PAT$|API_?KEY|ACCESS_KEY")
_PRINTS = regex(r"^[ \t]*(?:echo|printf)\b(?P<said>(?:[^|\n]|\$\([^)\n]{0,200}\))*)$", re.MULTILINE)
_DISGUISED = regex(
    r"^[ \t]*(?:echo|printf)\b(?P<said>[^|\n]*)\|\s*"
    r"(?:base64(?!\s+(?:-d|-D|--decode))|rev|xxd|od|hexdump|fold|sed\s+['\"]s)[^|>\n]*$",
    re.MULTILINE,
)
_ELSEWHERE = regex(r">>?\s*\"?(?!&|\$\{?GITHUB_STEP_SUMMARY)")
_TRACE = regex(r"^[ \t]*set\s+-\w*x\w*|^[ \t]*set\s+-o\s+xtrace", re.MULTILINE)
_ALL = regex(r"^[ \t]*(?:env|printenv|export -p|declare -p|set)\s*(?:\|\s*sort\s*)?$", re.MULTILINE)
_VALUE = r"\$\{?(\w+)\}?|\$\{\{\s*(secrets\.\w+|github\.token)\s*\}\}"
_ADDRESS = regex(rf"https?://[^\s\"'/@]{{0,300}}(?:{_VALUE})[^\s\"'/@]{{0,300}}@")
_QUERY = regex(rf"https?://[^\s\"']{{0,300}}[?&](?:[\w-]{{0,40}}token|[\w-]{{0,40}}key|sig|password|auth)=(?:{_VALUE})")
_ARGUMENT = regex(
    rf"--build-arg[ =][\"']?\w+=[\"']?(?:{_VALUE})|docker login[^\n|]{{0,300}}(?:-p|--password)[ =][\"']?(?:{_VALUE})"
)


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            secret = _secret_variables(workflow, job, step)
            for file in files_with(step.run, secret):
                yield from _uploaded_artifacts(file, job.steps[job.steps.index(step) :])
            for piece, why, hint in _leaks(step.run, secret):
                yield Finding(step.place, why, hint, piece=piece)
            for name in ("build-args", "args"):
                if names_secret(text(step.inputs.get(name))):
                    message = "what is an argument of a build stands in the image's history"
                    yield Finding((*step.address, "with", name), message, "hand it on by `secrets`")


def _uploaded_artifacts(file: str, steps: Sequence[Step]) -> Iterator[Finding]:
    for step in steps:
        if re.search(rf"\b(rm|shred)\b[^\n]*{re.escape(file)}", step.run):
            return
        if step.uses_action("actions/upload-artifact") and holds_file(text(step.inputs.get("path")), file):
            message = f"`{file}` has a secret in it, and whoever reads the repository may load an artifact"
            yield Finding((*step.address, "with", "path"), message, f"leave it out: `!{file}`")


def _secret_variables(workflow: Workflow, job: Job, step: Step) -> set[str]:
    given = [
        (name, text(value)) for each in (workflow, job, step) for name, value in mapping(each.data.get("env")).items()
    ]
    return {name for name, value in given if names_secret(value) or _TOKEN.search(value)}


def _leaks(script: str, secret: set[str]) -> Iterator[tuple[str, str, str]]:
    for found in (*_PRINTS.finditer(script), *_DISGUISED.finditer(script)):
        said = found["said"]
        names = {name for name in re.findall(r"\$\{?(\w+)", said) if name in secret}
        if (names or names_secret(said)) and not _ELSEWHERE.search(said) and "::add-mask::" not in said:
            yield found[0].strip(), "this prints a secret into the log", "take it out"
    if secret and (trace := _TRACE.search(script)):
        yield trace[0].strip(), "this prints each command with the secrets in it", "take `-x` out"
    if secret and (every := _ALL.search(script)):
        yield every[0].strip(), "this prints all variables, and the secrets among them", "take it out"
    for pattern, why in (
        (_ADDRESS, "an address is logged, and kept in `.git/config`"),
        (_QUERY, "an address is logged"),
    ):
        for found in pattern.finditer(script):
            if _is_secret(found, secret) and not _is_pushed_to(script, found.start()):
                yield found[0], f"{why}, with the secret in it", "send it in a header, or by the input of an action"
    for found in _ARGUMENT.finditer(script):
        if _is_secret(found, secret):
            yield (
                found[0],
                "arguments are seen by all on the machine, and kept in images",
                "take standard input or `--secret`",
            )


def _is_pushed_to(script: str, place: int) -> bool:
    """Whether an address is one that `git push` is given: GitHub hides it in the log, and nothing keeps it."""
    return bool(re.search(r"\bgit\b[^\n;&|]*\bpush\b(?:[^\n;&|]|\\\n)*$", script[:place]))


def _is_secret(found: re.Match[str], secret: set[str]) -> bool:
    return any(each and (each in secret or "." in each or _NAMES.search(each)) for each in found.groups())
