"""The check of this host's clock, which tells soak, waivers and what goes on record."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger.append import refuse_behind
from mlops_spec.ledger.chain import SKEW
from mlops_spec.ledger.fields import moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.ledger import Record


@dataclass(frozen=True)
class Clock:
    """The clock as it was when a pass began, beside one that nobody can set."""

    wall: float = field(default_factory=time.time)
    steady: float = field(default_factory=time.monotonic)

    def hold(self, records: Sequence[Record]) -> None:
        """Raises Failure (78) where the clock is minutes behind the ledger, or was set by minutes since."""
        last = records[-1]
        refuse_behind(last.seq, moment(last.time), datetime.fromtimestamp(time.time(), UTC))
        jumped = (time.time() - self.wall) - (time.monotonic() - self.steady)
        if abs(jumped) > SKEW.total_seconds():
            way = "ahead" if jumped > 0 else "back"
            raise Failure(
                f"this host's clock was set {abs(jumped) / 60:.0f} min {way} during the pass: nothing is put on record",
                exit_code=Exit.CONFIG,
                remedy="See that the clock is right (`timedatectl`); the next pass goes on from here.",
            )
