"""A model answers by the Python and the libraries that it was trained by.

A pickled model holds the insides of its libraries and of Python. By another version it can't be loaded, or it is and
answers otherwise, without a word: nobody has judged what is served. An image whose packages have no version takes what
is newest on the day that it is built.

Bad:

    jobs:
      train:
        runs-on: ubuntu-24.04
        timeout-minutes: 60
        steps:
          - uses: actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0
            with: {python-version: "3.12"}
          - run: uv run --no-sync python -m credit.train --out build/model
      image:
        runs-on: ubuntu-24.04
        needs: train
        timeout-minutes: 15
        steps:
          - run: docker build --tag credit .
    # Dockerfile
    FROM python:3.9-slim
    COPY build/model model

Good:

    jobs:
      train:
        runs-on: ubuntu-24.04
        timeout-minutes: 60
        steps:
          - uses: actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0
            with: {python-version: "3.12"}
          - run: uv run --no-sync python -m credit.train --out build/model
      image:
        runs-on: ubuntu-24.04
        needs: train
        timeout-minutes: 15
        steps:
          - run: docker build --tag credit .
    # Dockerfile
    FROM python:3.12-slim
    COPY build/model model

Fix: let both read one version, such as that of `.python-version`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import Span
from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.command import Spot
from mlops_spec.platforms.github.workflow.images import dockerfile
from mlops_spec.platforms.github.workflow.named_files import REQUIREMENTS
from mlops_spec.platforms.github.workflow.roles import trains
from mlops_spec.platforms.github.workflow.served_packages import served_packages
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

CODE = "MS666"
NAME = "unlike-runtime"
SEVERITY: Severity = "error"

_FROM = regex(r"^FROM\s+(?:--\S+\s+)?(?:\S*/)?python:(?P<version>\d+\.\d+)\S*", re.MULTILINE | re.IGNORECASE)
_MODEL = regex(r"^(COPY|ADD)\s[^\n]*(model|\.joblib|\.pkl|\.skops|\bbuild\b)", re.MULTILINE | re.IGNORECASE)
_VERSION = regex(r"\d+\.\d+")


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    yield from _unlike_packages(workflow, delivery)
    trained = {
        version for job in workflow.jobs.values() if any(map(trains, job.commands)) for version in _versions(job)
    }
    for job in workflow.jobs.values() if len(trained) == 1 else ():
        for step in job.steps:
            image = dockerfile(step, delivery)
            bases = [*_FROM.finditer(image.text)] if image and _MODEL.search(image.text) else []
            if image and bases and bases[-1]["version"] not in trained:
                line = image.text.count("\n", 0, bases[-1].start()) + 1
                answers, file = bases[-1]["version"], workflow.path.rpartition("/")[2]
                message = f"this answers by Python {answers}, and {file} trains by {min(trained)}"
                span = Span(line, 1, line, len(image.lines[line - 1]) + 1)
                yield Finding((), message, "take one version", document=image, span=span)


def _unlike_packages(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    """Pins of what a model is made of that differ between the training and the image."""
    trained: dict[str, str] = {}
    for job in workflow.jobs.values():
        if any(map(trains, job.commands)):
            trained |= {name: each for step in job.steps for name, (each, _) in _pins(step.run, delivery).items()}
    for job in workflow.jobs.values() if trained else ():
        for step in job.steps:
            image = dockerfile(step, delivery)
            for name, (version, place) in (
                _pins(image.text, delivery).items() if image and _MODEL.search(image.text) else ()
            ):
                if trained.get(name, version) != version:
                    message = f"this answers by {name} {version}, and the model is trained by {trained[name]}"
                    yield Finding((), message, "take one lock file", document=place.document, span=place.span)
            for package in served_packages(step, delivery) if image is None or _MODEL.search(image.text) else ():
                if trained.get(package.name, package.version) != package.version:
                    answers = f"{package.name} {package.version}" if package.version else f"the newest {package.name}"
                    message = f"this answers by {answers}, and the model is trained by {trained[package.name]}"
                    yield Finding(
                        (), message, "take one version", document=package.spot.document, span=package.spot.span
                    )


_PIN = regex(
    r"^(?P<name>scikit-learn|xgboost|lightgbm|catboost|torch|tensorflow|keras|numpy|pandas|joblib|onnxruntime|transformers|skops)"
    r"==(?P<version>[\w.]+)",
    re.MULTILINE | re.IGNORECASE,
)


def _pins(script: str, delivery: Delivery) -> dict[str, tuple[str, Spot]]:
    """The versions of libraries that a script installs from files of requirements, and where each stands."""
    found: dict[str, tuple[str, Spot]] = {}
    for path in REQUIREMENTS.findall(script):
        document = delivery.sources.get(path)
        for match in _PIN.finditer(document.text) if document else ():
            if document:
                line, column = document.position(match.start())
                span = Span(line, column, line, column + len(match[0]))
                found[match["name"].lower()] = (match["version"], Spot(document, span))
    return found


def _versions(job: Job) -> Iterator[str]:
    for step in job.steps:
        said = (
            text(step.inputs.get("python-version"))
            if step.uses_action("actions/setup-python", "astral-sh/setup-uv")
            else ""
        )
        if match := _VERSION.match(said):
            yield match[0]
