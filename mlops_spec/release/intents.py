"""The newest intent of an environment: the ledger is the write-ahead log that a killed run is taken up from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from mlops_spec.ledger import ModelState, Record


def begun(state: ModelState, environment: str, version: str | None = None) -> Record:
    """The intent that an earlier run recorded, whether it is answered by now or not.

    Raises:
        Failure: there is none, or it is for another version: nothing was begun (exit 75).
    """
    found = state.asked.get(environment)
    if found is not None and version in (None, found.what.version):
        return found
    newest = f"; the newest intent is for {found.what.version} (record {found.seq})" if found else ""
    raise nothing_begun(f"nobody asked for {version or 'a version'} in {environment}{newest}")


def nothing_begun(message: str) -> Failure:
    """There is nothing to resume: whatever ran before ended before its first lasting step."""
    return Failure(f"{message}: nothing was begun", exit_code=Exit.STALE, remedy="run it again without --resume")
