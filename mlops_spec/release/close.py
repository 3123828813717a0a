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
    records = ledger.read(git)
    mine = next(
        (i for i in ledger.open_intents(records) if i.what.environment == environment and _same_run(i.who, who)), None
    )
    return mine and ledger.append_outcome(
        git, mine, Outcome("abandoned", "the run that asked has ended without an outcome"), who=who
    )


def _same_run(one: Who, other: Who) -> bool:
    if one.identity is None or other.identity is None:
        return one.identity is other.identity and one.actor == other.actor
    return one.identity.run_id == other.identity.run_id
