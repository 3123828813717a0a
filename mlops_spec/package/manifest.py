"""The manifest of a packaged model: what it says, and its one canonical form in bytes."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

VERSION = 1
MAX_FILES = 10_000
FORMATS = ("skops", "onnx", "safetensors", "custom")  # none that runs code when it is read
Scalar = bool | int | float | str
_Value = TypeVar("_Value")


@dataclass(frozen=True, kw_only=True)
class Tensor:
    """One input or output: a name, an Open Inference Protocol datatype and a shape (-1: any number of rows).

    A `timestamp` is BYTES that the model gets as moments in UTC, a `file` BYTES that it gets as they are. Packages that
    were built before there were these marks have none: theirs are texts.
    """

    name: str
    datatype: str
    shape: tuple[int, ...]
    timestamp: bool = False
    file: bool = False


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What the model takes, one tensor per column, and what it answers."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


@dataclass(frozen=True, kw_only=True)
class PackagedFile:
    """A file of the package: path relative to the package, SHA-256 in hex, size."""

    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Data:
    """The rows that the model was trained and judged on: SHA-256 in hex of the data file, and their number."""

    sha256: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """All that a consumer must know of a packaged model; its bytes' SHA-256 is the package's digest."""

    v: int
    model: str
    task: str
    format: str
    predictor: str | None
    trusted_types: tuple[str, ...]
    positive: Scalar | None
    classes: tuple[Scalar, ...]
    threshold: float
    features: tuple[str, ...]
    signature: Signature
    files: tuple[PackagedFile, ...]
    spec_sha256: str
    data: Data
    versions: dict[str, str]


_MARKS = ("timestamp", "file")


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and compact separators, ended by a newline: equal values have equal bytes."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def manifest_bytes(manifest: Manifest) -> bytes:
    """The bytes of `manifest.json`."""
    record = asdict(manifest)
    for tensor in record["signature"]["inputs"] + record["signature"]["outputs"]:
        for mark in _MARKS:  # as before there was the mark: the bytes of older packages stay what they are
            if not tensor[mark]:
                del tensor[mark]
    return canonical(record)


def parse(content: bytes) -> Manifest:
    """The manifest that canonical bytes hold; raises ValueError, which says what is wrong, for any other bytes."""
    try:
        manifest = _manifest(json.loads(content.decode(), object_pairs_hook=_unique))
    except (TypeError, AttributeError, KeyError, RecursionError) as error:
        raise ValueError(f"a field has another type: {error}") from error
    if manifest_bytes(manifest) != content:
        raise ValueError("it is not in canonical form")
    if manifest.v != VERSION:
        raise ValueError(f"it has version {manifest.v}; this mlops-spec reads version {VERSION}")
    if len(manifest.files) > MAX_FILES or len({file.path for file in manifest.files}) < len(manifest.files):
        raise ValueError(f"it names a file twice, or more than {MAX_FILES:,} files")
    if manifest.format not in FORMATS:
        raise ValueError(f"its format is {manifest.format!r}; a package is {', '.join(FORMATS)}, never a pickle")
    for file in manifest.files:
        check_path(file.path)
    return manifest


def check_path(path: str) -> None:
    """Raises ValueError unless a path is relative, plain, normalized and names no hidden file."""
    hidden = any(part.startswith(".") or not part for part in path.split("/"))
    if hidden or "\\" in path or not path.isprintable() or unicodedata.normalize("NFC", path) != path:
        raise ValueError(f"{path!r} is no path of a package: those are relative, plain and not hidden")


def _manifest(record: Any) -> Manifest:
    data = _exact_fields(Manifest, record)
    signature = _exact_fields(Signature, data["signature"])
    return Manifest(
        **data
        | {
            "trusted_types": tuple(map(_text, data["trusted_types"])),
            "positive": None if data["positive"] is None else _scalar(data["positive"]),
            "classes": tuple(map(_scalar, data["classes"])),
            "features": tuple(map(_text, data["features"])),
            "signature": Signature(
                inputs=tuple(map(_tensor, signature["inputs"])), outputs=tuple(map(_tensor, signature["outputs"]))
            ),
            "files": tuple(PackagedFile(**_exact_fields(PackagedFile, file)) for file in data["files"]),
            "data": Data(**_exact_fields(Data, data["data"])),
            "versions": {_text(name): _text(version) for name, version in data["versions"].items()},
        }
    )


def _tensor(record: Any) -> Tensor:
    data = _exact_fields(Tensor, dict.fromkeys(_MARKS, False) | record)
    if not all(type(size) is int for size in data["shape"]):
        raise ValueError("a shape is a list of integers")
    return Tensor(**data | {"shape": tuple(data["shape"])})


def _exact_fields(kind: type[Any], record: Any) -> dict[str, Any]:
    expected = {field.name: field.type for field in fields(kind)}
    if not isinstance(record, dict) or record.keys() != expected.keys():
        raise ValueError(f"{kind.__name__.lower()} must have the fields {', '.join(expected)}")
    for name, value in record.items():
        wanted = {"str": str, "int": int, "float": float, "bool": bool}.get(str(expected[name]))
        if wanted is not None and type(value) is not wanted:
            raise ValueError(f"{name} must be of type {wanted.__name__}")
    return dict(record)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} must be text")
    return value


def _scalar(value: Any) -> Scalar:
    if not isinstance(value, bool | int | float | str):
        raise ValueError(f"{value!r} must be a number, a boolean or text")
    return value


def _unique(pairs: list[tuple[str, _Value]]) -> dict[str, _Value]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found
