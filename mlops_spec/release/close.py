"""Closing a run's own open intent: nobody will answer it any more, so it is abandoned when the run ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import ledger
from mlops_spec.ledger import Outcome

if TYPE_CHECKING:
    from mlops_spec.git import Git
    from mlops_spec.ledger import Record
    from mlops_spec.ledger.record import Who


def close(git: Git, environment: str, who: Who) -> Record | None:
    """Abandons the open intent of an environment if this very run recorded it; None: there is none.

    Raises:
        Failure: the ledger does not hold (1), or the remote doesn't answer (69).
    """
    mine = [intent for intent in _mine(git, who) if intent.what.environment == environment]
    return _abandon(git, mine[0], who) if mine else None


def close_all(git: Git, who: Who) -> tuple[Record, ...]:
    """Abandons every open intent that this very run recorded, of whatever model and environment."""
    closed = (_abandon(git, intent, who) for intent in _mine(git, who))
    return tuple(record for record in closed if record)


def _mine(git: Git, who: Who) -> list[Record]:
    return [intent for intent in ledger.read_state(git).open if _same_run(intent.who, who)]


def _abandon(git: Git, intent: Record, who: Who) -> Record | None:
    ended = Outcome("abandoned", "the run that asked has ended without an outcome")
    return ledger.append_outcome(git, intent, ended, who=who)


def _same_run(one: Who, other: Who) -> bool:
    if one.identity is None or other.identity is None:
        return one.identity is other.identity and one.actor == other.actor
    return one.identity.run_id == other.identity.run_id
