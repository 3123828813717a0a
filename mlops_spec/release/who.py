"""The identity that goes on record with a request: who started the workflow's run, or who is at the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.ledger.record import Identity, Who
from mlops_spec.ledger.who import actor, person
from mlops_spec.platforms.github.run import ISSUER
from mlops_spec.system.digits import number_of

if TYPE_CHECKING:
    from mlops_spec.platforms.github.run import Run


def who(run: Run) -> Who:
    """Whoever started this run; outside of one the user of this machine."""
    if not run.in_actions:
        return person()
    started, again = actor(run.actor, run.actor_id), actor(run.triggering)
    return Who(
        actor=started,
        triggering=again if run.triggering and again.login != started.login else None,
        identity=_identity(run),
    )


def _identity(run: Run) -> Identity | None:
    if (number := number_of(run.number)) is None:
        return None
    return Identity(
        workflow_ref=run.workflow,
        run_id=number,
        run_attempt=number_of(run.attempt) or 1,
        job=run.job or "unknown",
        issuer=ISSUER,
    )
