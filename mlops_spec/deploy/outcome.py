"""The agent's answer to an intent: first on its own disk, then in the ledger; a crash in between loses nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger import Outcome, append_outcome
from mlops_spec.ledger.record import Evidence
from mlops_spec.ledger.who import agent
from mlops_spec.system.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlops_spec.deploy.watch import Judged
    from mlops_spec.git import Git
    from mlops_spec.ledger import Record
    from mlops_spec.ledger.record import Result


@dataclass(frozen=True)
class Answers:
    """The answers of one environment's agent; `folder` keeps what the watch saw, one file per rollout."""

    folder: Path
    environment: str

    def decide(self, intent: Record, result: Result, reason: str, steps: Sequence[Judged] = ()) -> Outcome:
        """Writes down how a rollout ended, before anything else is done about it."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        canary = json.dumps([asdict(step) for step in steps], sort_keys=True, indent=1) + "\n"
        if steps:
            write_atomic(self.folder / f"canary-{intent.seq:08d}.json", canary)
        evidence = {
            "digest": "sha256:" + hashlib.sha256(canary.encode()).hexdigest(),
            "samples": sum(step.samples for step in steps),
            "verdict": "healthy" if all(step.healthy for step in steps) else "unhealthy",
        }
        answer = {"intent": intent.hash, "result": result, "reason": reason, "canary": evidence if steps else None}
        write_atomic(self.folder / "pending.json", json.dumps(answer) + "\n")
        return _outcome(answer)

    def pending(self, intent: Record) -> Outcome | None:
        """The answer that was decided on but may not be in the ledger yet."""
        try:
            said = json.loads((self.folder / "pending.json").read_bytes())
            return _outcome(said) if said["intent"] == intent.hash else None
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise Failure(
                f"{self.folder / 'pending.json'} can't be read: {error}",
                exit_code=Exit.CONFIG,
                remedy="Remove it: the next pass decides anew.",
            ) from error

    def record(self, git: Git, intent: Record, outcome: Outcome) -> bool:
        """Closes the intent; False when somebody else did, and then this answer is void.

        Raises:
            Failure: the remote doesn't answer (69); the answer stays pending.
        """
        written = append_outcome(git, intent, outcome, who=agent(self.environment))
        (self.folder / "pending.json").unlink(missing_ok=True)
        return written is not None


def _outcome(said: dict[str, Any]) -> Outcome:
    evidence = (Evidence(kind="canary", **said["canary"]),) if said["canary"] is not None else ()
    return Outcome(said["result"], said["reason"], evidence)
