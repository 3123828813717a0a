"""The process that has the model: rows of Arrow come in on standard input, answers go out on standard output."""

from __future__ import annotations

import json
import os
import struct
import sys
from pathlib import Path

import pyarrow as pa

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.arrow_columns import frame_of
from mlops_spec.package.on_disk import verify
from mlops_spec.package.predictor.load import load_predict
from mlops_spec.targets.batch.answers import columns, schema_of

MORE = b"\x01"  # before each stream of rows: those of one schema
SIZE = struct.Struct("!I")  # before the schema of the answers
PROBLEM = "problem.json"


def serve(package: Path, digest: str) -> None:
    """Verifies the package, loads it, and answers until nobody asks any more."""
    rows, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a model prints is no answer
    manifest = verify(package, digest)
    predict = load_predict(package)
    told = schema_of(manifest).serialize()
    answers.write(SIZE.pack(told.size) + told.to_pybytes())  # a stream would tell it with its first rows alone
    answers.flush()
    with pa.ipc.new_stream(answers, schema_of(manifest)) as out:
        while rows.read(1) == MORE:
            with pa.ipc.open_stream(rows) as stream:
                for batch in stream:
                    out.write_batch(columns(manifest, predict(frame_of(batch))))
                    answers.flush()
    answers.close()


def main(argv: list[str]) -> int:
    """`PACKAGE DIGEST FOLDER`: what goes wrong is told in a file of the folder."""
    package, digest, folder = argv
    try:
        serve(Path(package), digest)
    except Failure as failure:
        told, code = failure.message, int(failure.exit_code)
    except MemoryError:
        told, code = "the model takes more memory than there is", int(Exit.IO)
    except Exception as error:  # whatever the model's code raises
        told, code = f"the model failed: {type(error).__name__}: {error}"[:500], int(Exit.FINDINGS)
    else:
        return 0
    (Path(folder) / PROBLEM).write_text(json.dumps({"message": told, "exit_code": code}), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
