"""The check that an ONNX file refers to no data outside itself, read from its protobuf wire form alone.

onnxruntime would open the paths that such a file names, wherever they lead. Field numbers are those of `onnx.proto`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# message → field → message: the ways from a model to its tensors
_WAYS: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
}
_EXTERNAL_DATA, _DATA_LOCATION, _EXTERNAL = 13, 14, 1
_MAX_DEPTH = 64


def check_self_contained(content: bytes, path: Path) -> None:
    """Raises Failure when a model is no protobuf message, or a tensor of it lies in another file."""
    try:
        external = any(_is_external(tensor) for tensor in _tensors(memoryview(content), "model", 0))
    except (IndexError, ValueError) as error:
        raise Failure(f"{path} is not an ONNX file: {error}", exit_code=Exit.FINDINGS) from error
    if external:
        raise Failure(
            f"{path} keeps tensors in another file",
            exit_code=Exit.FINDINGS,
            remedy="Save it whole: `onnx.save(model, path, save_as_external_data=False)`.",
        )


def _tensors(message: memoryview, kind: str, depth: int) -> Iterator[memoryview]:
    if depth > _MAX_DEPTH:
        raise ValueError("graphs are nested too deep")
    if kind == "tensor":
        yield message
        return
    for field, value in _fields(message):
        if field in _WAYS[kind]:
            if not isinstance(value, memoryview):
                raise ValueError(f"field {field} of a {kind} is no message")
            yield from _tensors(value, _WAYS[kind][field], depth + 1)


def _is_external(tensor: memoryview) -> bool:
    return any(
        field == _EXTERNAL_DATA or (field == _DATA_LOCATION and value == _EXTERNAL) for field, value in _fields(tensor)
    )


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """The fields of a protobuf message: number and value, the value of a fixed-width field left out as 0."""
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        match key & 7:
            case 0:
                value, position = _varint(message, position)
                yield key >> 3, value
            case 2:
                size, position = _varint(message, position)
                yield key >> 3, message[position : position + size]
                position += size
            case 1:
                position += 8
            case 5:
                position += 4
            case wire:
                raise ValueError(f"wire type {wire}")
    if position > len(message):
        raise ValueError("it is cut short")


def _varint(message: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise ValueError("a number is too long")
