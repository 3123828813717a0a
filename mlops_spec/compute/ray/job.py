"""A job on its node, in the locked environment: its inputs from the remote, the command, its outputs to the remote."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec import words
from mlops_spec.compute.here import Here
from mlops_spec.compute.place import Command, Stopped
from mlops_spec.compute.ray.outcome import Outcome
from mlops_spec.compute.ray.start import ASKED
from mlops_spec.engines.handing import Store
from mlops_spec.errors import Exit, Failure
from mlops_spec.system.faults import beneath, fault

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAY_PASS = frozenset({Exit.IO, Exit.UNAVAILABLE})


@dataclass(frozen=True)
class Asked:
    """What a job is asked to do: the command of a place, `folder` being relative to the repository.

    `inputs` are hashes by path, `url` is the storage's address where only this one is right, `nonce` begins the line
    that tells the outcome, and after `seconds` the job ends itself.
    """

    id: str
    nonce: str
    seconds: float
    line: str
    named: str
    folder: str
    environment: Mapping[str, str]
    inputs: Mapping[str, str]
    writes: tuple[str, ...]
    url: str

    def text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Asked:
        return cls(**json.loads(text))


def main() -> int:
    asked = Asked.read(os.environ[ASKED])
    came = outcome_of(asked, Path.cwd())
    words.out(came.line(asked.nonce))
    return int(came.failure.exit_code) if came.failure else Exit.OK


def outcome_of(asked: Asked, root: Path) -> Outcome:
    """Does what is asked in a checkout, and says how that came out, whatever stopped it."""
    try:
        return Outcome(_done(asked, root))
    except Stopped as stopped:
        return Outcome(failure=stopped, lost=True)
    except Failure as failure:
        known = beneath(failure)
        return Outcome(failure=known, lost=known.exit_code in _MAY_PASS)
    except (OSError, MemoryError) as error:
        known = fault(error)
        return Outcome(failure=known, lost=known.exit_code in _MAY_PASS)


def _done(asked: Asked, root: Path) -> dict[str, str]:
    store, folder = Store.of(root, url=asked.url), root / asked.folder
    _check_reached(store)
    store.take(folder, asked.inputs)
    Here().run(Command(asked.line, folder, asked.named, asked.environment))
    return store.put(folder, [path for path in asked.writes if (folder / path).exists()])


def _check_reached(store: Store) -> None:
    if "://" not in store.url and not Path(store.url).is_dir():
        raise Failure(
            f"the node does not reach the storage: it has no folder {store.url}",
            exit_code=Exit.CONFIG,
            remedy="Mount it at the same path on every node, or name a store that machines reach, such as `s3://…`, "
            "in `storage.url`.",
        )


if __name__ == "__main__":
    sys.exit(main())
