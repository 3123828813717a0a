"""How a job came out, in one line of its log: the hashes of what it stored, or why it failed.

The line begins with words that only the job and who submitted it know, so that no other line is taken for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MARK = "mlops-spec-job"


@dataclass(frozen=True)
class Outcome:
    """The hashes of what a job stored by path, or the failure that it ended with.

    It is `lost` where the job was stopped by what need not happen again.
    """

    outputs: Mapping[str, str] = field(default_factory=dict)
    failure: Failure | None = None
    lost: bool = False

    def line(self, nonce: str) -> str:
        """The line of the log."""
        failed = self.failure and [self.failure.message, int(self.failure.exit_code), self.failure.remedy]
        return f"{_MARK} {nonce} {json.dumps({'outputs': dict(self.outputs), 'failed': failed, 'lost': self.lost})}"


def outcome(log: Iterable[str], nonce: str) -> Outcome | None:
    """What the last such line says; None where there is none: the job did not come to its end."""
    said = [line for line in log if is_ours(line, nonce)]
    if not said:
        return None
    try:
        read = json.loads(said[-1].split(" ", 2)[2])
        failed = read["failed"]
        failure = Failure(str(failed[0]), exit_code=Exit(failed[1]), remedy=str(failed[2])) if failed else None
        return Outcome({str(k): str(v) for k, v in dict(read["outputs"]).items()}, failure, bool(read["lost"]))
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return None  # cut off with the node


def is_ours(line: str, nonce: str) -> bool:
    """Whether a line is meant for us, and for nobody who reads the log."""
    return line.startswith(f"{_MARK} {nonce} ")
