"""The newest intent of an environment: the ledger is the write-ahead log that a killed run is taken up from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger.record import CLOSED_BY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.ledger import Record


def newest_intent(records: Sequence[Record], model: str, environment: str) -> Record | None:
    """The newest intent of a model in an environment."""
    place = (model, environment)
    intents = (each for each in reversed(records) if each.event in CLOSED_BY)
    return next((each for each in intents if (each.what.model, each.what.environment) == place), None)


def begun(records: Sequence[Record], model: str, environment: str, version: str | None = None) -> Record:
    """The intent that an earlier run recorded, whether it is answered by now or not.

    Raises:
        Failure: there is none, or it is for another version: nothing was begun (exit 75).
    """
    found = newest_intent(records, model, environment)
    if found is not None and version in (None, found.what.version):
        return found
    newest = f"; the newest intent is for {found.what.version} (record {found.seq})" if found else ""
    raise nothing_begun(f"nobody asked for {version or 'a version'} in {environment}{newest}")


def nothing_begun(message: str) -> Failure:
    """There is nothing to resume: whatever ran before ended before its first lasting step."""
    return Failure(f"{message}: nothing was begun", exit_code=Exit.STALE, remedy="run it again without --resume")
