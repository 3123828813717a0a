"""The program that does one piece of work of the target `batch`: reads it on standard input, answers in one line."""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Failure
from mlops_spec.system.faults import beneath, fault
from mlops_spec.targets.batch.asking import Predictor
from mlops_spec.targets.batch.beside import hear, tell
from mlops_spec.targets.batch.compare import compare
from mlops_spec.targets.batch.score import score
from mlops_spec.targets.batch.work import Work

if TYPE_CHECKING:
    from collections.abc import Callable


def load(work: Work) -> dict[str, Any]:
    """Loads a version once."""
    assert work.version is not None
    with Predictor(work.version) as predictor:
        return {"columns": predictor.schema.names}


_DOES: dict[str, Callable[[Work], dict[str, Any]]] = {
    "load": load,
    "score": score,
    "compare": compare,
    "tell": tell,
    "hear": hear,
}


def main() -> int:
    """Returns the exit code."""
    work = Work.read(sys.stdin.readline())
    threading.Thread(target=_end_with_the_agent, daemon=True).start()
    try:
        answer = _DOES[work.kind](work)
    except Failure as failure:
        answer = _failed(beneath(failure))
    except (OSError, MemoryError) as error:
        answer = _failed(fault(error))
    print(json.dumps(answer), flush=True)
    return 0


def _failed(failure: Failure) -> dict[str, Any]:
    return {"failure": failure.message, "exit_code": int(failure.exit_code), "remedy": failure.remedy}


def _end_with_the_agent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # threads that still read rows are nobody's any more
