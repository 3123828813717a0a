"""Secrets and variables as a job sees them: its environment's before the repository's, and none for a fork.

A called workflow sees the secrets that its caller passes by name. An environment of one of its jobs gives those names
another value and adds none, as https://github.com/actions/runner/issues/1490 has it and others found out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec.rehearse.hub.workflow_files import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.rehearse.hub.configured import Configured
    from mlops_spec.rehearse.jobs import Plan, PlannedJob

Values = dict[str, str]
_REPOSITORY = ""  # the scope that is no environment


@dataclass(frozen=True)
class Scopes:
    """Names and values by environment; those of the repository under the empty name."""

    secrets: Mapping[str, Values] = field(default_factory=dict, repr=False)
    variables: Mapping[str, Values] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Configured, *, untrusted: bool) -> Scopes:
        """What the repository's settings hold; nothing where a fork's code runs."""
        return cls() if untrusted else cls(settings.secrets, settings.variables)

    @property
    def shared(self) -> tuple[Values, Values]:
        """Secrets and variables of the repository itself."""
        return self.secrets.get(_REPOSITORY, {}), self.variables.get(_REPOSITORY, {})

    def hidden(self) -> list[str]:
        """Every secret's value."""
        return [value for values in self.secrets.values() for value in values.values()]

    def secrets_of(self, job: PlannedJob, files: Mapping[str, str], plan: Plan) -> Values:
        """The secrets whose values a job's environment decides."""
        own = self.secrets.get(job.environment, {}) if job.environment else {}
        names = _passed(job, files, plan)
        return own if names is None else {name: value for name, value in own.items() if name in names}

    def variables_of(self, job: PlannedJob) -> Values:
        """The variables whose values a job's environment decides."""
        return self.variables.get(job.environment, {}) if job.environment else {}


def _passed(job: PlannedJob, files: Mapping[str, str], plan: Plan) -> set[str] | None:
    """The names of the secrets that a job's caller passes; None: all, since it was not called, or inherits them."""
    *callers, caller = ("", *job.ids[:-1])
    if not caller:
        return None
    file = next((call.file for call in plan.calls if call.ids == tuple(callers[1:])), plan.root)
    given = parse(files[file].encode())["jobs"][caller].get("secrets") or {}
    return None if given == "inherit" else set(given)
