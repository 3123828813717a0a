"""The chain of records: where each lies in the ledger's files, and that each follows from the one before."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from mlops_spec.ledger.fields import moment
from mlops_spec.ledger.form import GENESIS, MalformedError, parse
from mlops_spec.ledger.merkle import Frontier
from mlops_spec.ledger.state import State
from mlops_spec.system.garbage import uncollected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mlops_spec.ledger.record import Event, Record

CHECKPOINT, FRONTIER = "checkpoint", "frontier"
ERRATUM: Event = "erratum"  # the event by which a person says that times before it were ahead
SKEW = timedelta(minutes=5)


def record_path(seq: int) -> str:
    """Where a record lies: a hundred to a folder, so that an append writes small trees however long the ledger is.

    >>> record_path(42), record_path(1_234_567)
    ('log/00/00/00000042.json', 'log/123/45/01234567.json')
    """
    return f"log/{seq // 10_000:02d}/{seq // 100 % 100:02d}/{seq:08d}.json"


class BrokenError(ValueError):
    """A record that does not follow; `seq` says which."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(f"record {seq}: {reason}")
        self.seq = seq


@dataclass
class Chain:
    """Takes records one by one; refuses the first that does not follow from those before."""

    log: str | None = None
    prev: str = GENESIS
    frontier: Frontier = field(default_factory=Frontier)
    state: State = field(default_factory=State)
    latest: str = ""  # times have one form, so that their texts compare as they do
    skewed: list[int] = field(default_factory=list)  # records that claim to be older than the one before

    def take(self, raw: bytes, *, read: Callable[[bytes], Record] = parse) -> Record:
        """The record of these bytes, as `read` makes it of them.

        Raises:
            BrokenError: it is malformed, stands in the wrong place, or breaks a rule.
        """
        seq = self.frontier.size
        try:
            record = read(raw)
        except MalformedError as error:
            raise BrokenError(seq, str(error)) from None
        problem = self._place(record) or self.state.problem(record)
        if problem:
            raise BrokenError(seq, problem)
        if record.event == ERRATUM:
            self.latest = record.time
        elif record.time < self.latest and moment(record.time) < moment(self.latest) - SKEW:
            self.skewed.append(seq)
        self.latest = max(record.time, self.latest)
        self.log, self.prev, self.frontier = record.log, record.hash, self.frontier.grown(raw)
        self.state.take(record)
        return record

    def _place(self, record: Record) -> str | None:
        if record.seq != self.frontier.size:
            return f"it says that it is record {record.seq}"
        if record.prev != self.prev:
            return "it does not follow the record before"
        if self.log is not None and record.log != self.log:
            return f"it belongs to the ledger {record.log}, not to {self.log}"
        return None


def replayed(raws: Iterable[bytes], chain: Chain) -> tuple[Record, ...]:
    """The records of these bytes, each checked by `chain`.

    Raises:
        BrokenError: one does not follow.
    """
    with uncollected():
        return tuple(map(chain.take, raws))


def advance(chain: Chain, raws: Iterable[bytes]) -> None:
    """Lets the chain take these bytes, and keeps none of the records but those that its state stands on.

    Raises:
        BrokenError: one does not follow.
    """
    with uncollected():
        deque(map(chain.take, raws), maxlen=0)
