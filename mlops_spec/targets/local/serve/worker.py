"""One model version in a process of its own: verifies the package, loads it, and answers frames until the front goes.

Requests that wait are answered together: one call of the model for all their rows (see `gather`). A request that comes
alone is answered alone, at once.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from mlops_spec.errors import Failure
from mlops_spec.package.input_contract import read_contract
from mlops_spec.package.on_disk import verify
from mlops_spec.package.predictor.load import load_predict
from mlops_spec.regex import regex
from mlops_spec.spec.tasks import task_called
from mlops_spec.targets.local.serve.frame import pack
from mlops_spec.targets.local.serve.gather import Gathering
from mlops_spec.targets.local.serve.outside import Outside, is_no_file, outside
from mlops_spec.targets.local.serve.outside import pack as pack_outside
from mlops_spec.targets.local.serve.scores import summarise
from mlops_spec.targets.local.serve.tensors import BadRequest, Request, answer, arrays, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

    from mlops_spec.package.input_contract import InputContract
    from mlops_spec.package.manifest import Manifest, Scalar, Tensor
    from mlops_spec.targets.local.serve.frame import Frame

HELLO = 0
_MOST_ROWS = 4096
_FOLDERS = regex(r"(?<![\w.:/])(?:/[^\s/:'\"]+)*/(?=[^\s/])")


@dataclass(frozen=True)
class Model:
    """A loaded version."""

    name: str
    version: str
    inputs: dict[str, Tensor]
    outputs: tuple[Tensor, ...]
    predict: Callable[[pd.DataFrame], np.ndarray]
    probabilities: bool = True  # what it answers; else values
    classes: tuple[Scalar, ...] = ()  # in the order of the answer; a binary task's positive one is the last
    contract: InputContract | None = None

    def outside(self, request: Request) -> tuple[Outside, ...]:
        """What of a request is outside the data contract; nothing where nobody looks."""
        return outside(request.columns, self.contract.columns) if self.contract is not None else ()


class Asked(NamedTuple):
    """A checked request, its frame's number, and what of it is outside the data contract."""

    number: int
    request: Request
    found: tuple[Outside, ...]


def main(argv: Sequence[str] | None = None) -> int:
    """Loads one package and serves it on an inherited socket; standard input ends when the front does."""
    parser = argparse.ArgumentParser(prog="mlops-spec worker")
    parser.add_argument("--package", type=Path, required=True)
    parser.add_argument("--digest", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--socket", type=int, required=True)
    options = parser.parse_args(argv)
    threading.Thread(target=_end_with_the_front, daemon=True).start()
    connection = socket.socket(fileno=options.socket)
    try:
        model, manifest = load(options.package, options.digest, options.version)
    except Exception as error:  # whatever the model's code raises is the answer to the front
        connection.sendall(pack(HELLO, 500, _error(_says(error))))
        return 1
    connection.sendall(pack(HELLO, 200, _hello(manifest)))
    serve(connection, model)
    return 0


def load(package: Path, digest: str, version: str) -> tuple[Model, Manifest]:
    """Verifies a package by SHA-256, and only then loads it."""
    manifest = verify(package, digest)
    inputs = {tensor.name: tensor for tensor in manifest.signature.inputs}
    predict, probabilities = load_predict(package), task_called(manifest.task).answer.probabilities
    outputs, classes = manifest.signature.outputs, manifest.classes
    contract = read_contract(package)
    return Model(manifest.model, version, inputs, outputs, predict, probabilities, classes, contract), manifest


def serve(connection: socket.socket, model: Model) -> None:
    """Answers what comes until the other side closes."""
    gathering = Gathering(connection)
    while frames := gathering.next():
        started = time.monotonic()
        answered = b"".join(answers(frames, model))
        gathering.answering(len(frames), time.monotonic() - started)
        connection.sendall(answered)


def answers(frames: Sequence[Frame], model: Model) -> list[bytes]:
    """One packed answer per frame.

    200 with scores, what is outside the contract, and JSON; 400 for the client's mistake, 422 with what is outside for
    a row that the contract refuses, 500 for the model's mistake.
    """
    done: list[bytes] = []
    waiting: list[Asked] = []
    for frame in frames:
        try:
            request = parse(frame.payload, model.inputs)
        except BadRequest as mistake:
            done.append(pack(frame.number, 400, _error(str(mistake))))
            continue
        asked = Asked(frame.number, request, model.outside(request))
        rejects = model.contract is not None and model.contract.answer == "reject"
        if asked.found and (rejects or is_no_file(asked.found)):
            done.append(pack(frame.number, 422, _refusal(asked, model)))
        else:
            waiting.append(asked)
    for batch in _batches(waiting):
        done += _predicted(batch, model)
    return done


def _batches(waiting: Sequence[Asked]) -> list[list[Asked]]:
    batches: list[list[Asked]] = []
    rows = 0
    for asked in waiting:
        rows += asked.request.rows
        if not batches or rows > _MOST_ROWS or asked.request.floats != batches[-1][0].request.floats:
            batches.append([])
            rows = asked.request.rows
        batches[-1].append(asked)
    return batches


def _predicted(batch: Sequence[Asked], model: Model) -> list[bytes]:
    try:
        predicted = model.predict(pd.DataFrame(arrays([each.request for each in batch], model.inputs), copy=False))
    except Exception as error:
        if len(batch) > 1:  # one request's rows must not fail the others'
            return [packed for each in batch for packed in _predicted([each], model)]
        return [pack(batch[0].number, 500, _error(f"the model failed: {_without_folders(_says(error))}"))]
    done, start = [], 0
    for number, request, found in batch:
        own = predicted[start : start + request.rows]
        start += request.rows
        payload = answer(request, model.name, model.version, model.outputs, own, model.classes, found)
        head = summarise(own, probabilities=model.probabilities) + pack_outside(found, [*model.inputs])
        done.append(pack(number, 200, head + payload))
    return done


def _refusal(asked: Asked, model: Model) -> bytes:
    said = _error("outside the data contract: " + "; ".join(map(str, asked.found)))
    return pack_outside(asked.found, [*model.inputs]) + said


def _hello(manifest: Manifest) -> bytes:
    signature = manifest.signature
    metadata = {
        "platform": manifest.format,
        "inputs": [_described(tensor) for tensor in signature.inputs],
        "outputs": [_described(tensor) for tensor in signature.outputs],
    }
    deciding = {"task": manifest.task, "threshold": manifest.threshold, "classes": manifest.classes}
    return json.dumps({"metadata": metadata, "deciding": deciding}).encode()


def _described(tensor: Tensor) -> dict[str, Any]:
    """A tensor of the protocol; that one holds times, or bytes as base64, is said as MLServer says it."""
    held = "datetime" if tensor.timestamp else "base64" if tensor.file else None
    marked = {"parameters": {"content_type": held}} if held else {}
    return {"name": tensor.name, "datatype": tensor.datatype, "shape": tensor.shape, **marked}


def _error(message: str) -> bytes:
    return json.dumps({"error": message}).encode()


def _says(error: Exception) -> str:
    return error.message if isinstance(error, Failure) else f"{type(error).__name__}: {error}"[:500]


def _without_folders(said: str) -> str:
    return _FOLDERS.sub("", said)


def _end_with_the_front() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
