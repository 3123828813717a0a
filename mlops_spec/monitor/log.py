"""The checks that read the prediction log: of one environment's live version, with its package at hand."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.deploy.store import Store
from mlops_spec.engines.packages import packages
from mlops_spec.monitor.answers import check_answers
from mlops_spec.monitor.answers_of_text import check_texts
from mlops_spec.monitor.asked_rows import rows_asked
from mlops_spec.monitor.by_season import check_seasonal_drift
from mlops_spec.monitor.inputs import check_contract
from mlops_spec.monitor.performance import check_performance
from mlops_spec.package.on_disk import read_manifest, verify
from mlops_spec.pipeline.answered_texts import NAME as ANSWERED
from mlops_spec.pipeline.levels import told_at
from mlops_spec.pipeline.reference import read_reference
from mlops_spec.spec.tasks import TASKS, task_called

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.git import Git
    from mlops_spec.ledger import Live as LiveVersion
    from mlops_spec.ledger import ModelState
    from mlops_spec.monitor.check import Check
    from mlops_spec.monitor.on_rows import Log
    from mlops_spec.monitor.predictions import Live
    from mlops_spec.package.manifest import Manifest
    from mlops_spec.spec import Spec
    from mlops_spec.spec.watch import Drift, Monitor
    from mlops_validators.unlabelled import Answered


@contextmanager
def package_of(git: Git, live: LiveVersion, state: ModelState, log: Log) -> Iterator[Path]:
    """The live version's package, verified: the host's own, or fetched for as long as it is needed.

    Raises:
        Failure: it is damaged (78), or the DVC remote does not give it (69).
    """
    if log.state is not None:
        path = Store(log.state / "packages").path(live.digest)
        verify(path, live.digest)
        yield path
        return
    tag = state.registered[live.version].what.tag
    assert tag is not None
    with tempfile.TemporaryDirectory(prefix="mlops-spec-monitor-") as folder:
        path = Path(folder) / "package"
        packages(git, root=git.directory).fetch(tag.target, path)
        verify(path, live.digest)
        yield path


def check_log(spec: Spec, live: LiveVersion, log: Log, package: Path, known: Sequence[Answered]) -> tuple[Check, ...]:
    """Contract, drift, answers and performance of what the live version was asked; `known` is of its test rows.

    Raises:
        Failure: the log can't be read (78).
    """
    monitor, manifest = spec.monitor, read_manifest(package)
    if monitor is None:
        return ()
    asked = rows_asked(log, live.digest, manifest.signature.inputs)
    checks = [check_contract(spec, asked)] if monitor.data.contract else []
    checks.append(check_seasonal_drift(spec, bounds_of(spec, monitor), read_reference(package), asked))
    if TASKS[spec.task].answer.holds == "text":
        checks.append(check_texts(read_reference(package, ANSWERED), asked))
    else:
        checks += check_answers(spec, known, _forecasts(asked, manifest))
    if monitor.performance is not None:
        checks.append(check_performance(log.root, spec, monitor.performance, manifest, asked))
    return tuple(checks)


def _forecasts(asked: Live, manifest: Manifest) -> Live:
    """Of answers that are quantiles the forecast, which is what is known of those to the test rows; else the same."""
    if not task_called(manifest.task).answer.ascends or not len(asked.scores):
        return asked
    return replace(asked, scores=told_at(asked.scores, manifest.classes, ()))


def bounds_of(spec: Spec, monitor: Monitor) -> Drift:
    """Of a forecast only what is beyond `max` is drift: with the seasons all columns move by less, and surely."""
    return monitor.drift.model_copy(update={"share": inf}) if TASKS[spec.task].ahead else monitor.drift
