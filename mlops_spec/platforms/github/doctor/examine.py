"""Examines a repository: every control of its spec, and the result of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Exit
from mlops_spec.platforms.github.doctor import actions, app, environments, repository, rulesets
from mlops_spec.platforms.github.doctor.control import judge
from mlops_spec.platforms.github.doctor.snapshot import take

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.platforms.github.doctor.control import Call, Control, Result
    from mlops_spec.platforms.github.doctor.expected import Expected
    from mlops_spec.platforms.github.doctor.snapshot import Snapshot


def controls_of(wanted: Expected) -> tuple[Control, ...]:
    """Every control, in the order of the report."""
    return (
        *repository.controls(wanted),
        *rulesets.controls(wanted),
        *actions.controls(wanted),
        *environments.controls(wanted),
        *app.controls(wanted),
    )


def examine(github: GitHub, wanted: Expected) -> tuple[Snapshot, tuple[Result, ...]]:
    """Reads the settings and judges each control of what is wanted.

    Raises:
        Failure: the forge does not answer (69), or the token does not open the repository (78).
    """
    snapshot = take(github, [place.name for place in wanted.places])
    return snapshot, tuple(judge(control, snapshot) for control in controls_of(wanted))


def calls(snapshot: Snapshot, results: Sequence[Result]) -> list[Call]:
    """What sets all that is missing, each call once."""
    found: list[Call] = []
    for result in results:
        if result.verdict == "missing":
            found += [call for call in result.control.fix(snapshot) if call not in found]
    return found


def exit_code(results: Sequence[Result]) -> Exit:
    """1 where a setting is missing, 78 where the token could not see all of them."""
    verdicts = {result.verdict for result in results}
    if "missing" in verdicts:
        return Exit.FINDINGS
    return Exit.CONFIG if "unknown" in verdicts else Exit.OK
