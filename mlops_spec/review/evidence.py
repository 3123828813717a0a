"""The evidence of several models: of each its report judged by what is trusted, or why there is none to go by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.ledger.query import read
from mlops_spec.release.handed import handed_over
from mlops_spec.review.comment import trusted
from mlops_spec.review.recompute import review
from mlops_spec.review.report import read_report

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mlops_spec.git import Git
    from mlops_spec.ledger import Record
    from mlops_spec.review.recompute import Review
    from mlops_spec.review.report import Report
    from mlops_spec.spec import Spec


@dataclass(frozen=True)
class Evidence:
    """What there is of a model: its report as it was judged anew, and why that is not enough; empty: it is."""

    model: str
    report: Report | None = None
    review: Review | None = None
    lack: str = ""


@dataclass(frozen=True)
class Judge:
    """Judges by a commit's specs and the remote's ledger; `commit` is what reports must be of, where that is known."""

    git: Git
    specs: Mapping[str, Spec | Failure]
    commit: str | None = None

    def all(self, groups: Mapping[str, tuple[str, ...]], reports: Path) -> tuple[Evidence, ...]:
        """The evidence of each model of the groups, as `handed.handed_over` finds it.

        Raises:
            Failure: a group handed over what is not its own (exit 1).
        """
        places = handed_over(reports, "report", groups)
        return tuple(self._of(model, places.get(model)) for models in groups.values() for model in models)

    def _of(self, model: str, place: Path | None) -> Evidence:
        if place is None:
            return Evidence(model, lack="there is no report of it: its job was stopped, skipped or lost")
        try:
            return self._judged(model, read_report(place))
        except Failure as failure:
            return Evidence(model, lack=" ".join(failure.message.split()))

    def _judged(self, model: str, report: Report) -> Evidence:
        spec = self.specs.get(model)
        if report.model != model:
            return Evidence(model, lack=f"its report is of {report.model}")
        if self.commit not in (None, report.commit):
            return Evidence(model, lack=f"its report is of {report.commit[:12]}, not of this commit")
        if spec is None or isinstance(spec, Failure):
            return Evidence(model, report, lack="there is no valid spec of it here" if spec else "it is new here")
        judged = review(report, trusted(lambda: self._records, spec, self._today, report))
        return Evidence(model, report, judged, _lack(report, judged, on_sample=_on_sample(spec)))

    @cached_property
    def _records(self) -> tuple[Record, ...]:
        return read(self.git)

    @property
    def _today(self) -> str:
        return datetime.now(UTC).strftime("%Y-%m-%d")


def _on_sample(spec: Spec) -> bool:
    return spec.storage is not None and spec.storage.pull_requests == "sample"


def _lack(report: Report, judged: Review, *, on_sample: bool) -> str:
    """Why a pull request that brings it must not be merged: the first thing that is in its way."""
    blocking = [f"{one.gate.id} ({one.verdict})" for one in judged.gates if one.blocks]
    told = (
        report.failure,
        judged.missing and f"its report lacks {', '.join(judged.missing)}",
        judged.doubts and f"its report does not hold together: {'; '.join(judged.doubts)}",
        blocking and f"stopped by {', '.join(blocking)}",
        not judged.gates and "its report has no gates",
        not on_sample and _undrilled(report),
    )
    return next((each for each in told if isinstance(each, str) and each), "")


def _undrilled(report: Report) -> str:
    if report.drill is None:
        return "its gates were not drilled"
    passed = [f"{one.gate} lets pass {one.attack}" for one in report.drill.passed]
    return f"the drill: {', '.join(passed)}" if passed else ""
