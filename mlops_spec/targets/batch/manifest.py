"""The manifest of a day's scores: which version made them of which files, how many rows, and which were refused."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from mlops_spec.package.manifest import canonical

NAME = "_manifest.json"  # what begins so is passed over by who reads a folder of Parquet files
LIVE = "_live.json"  # above the days: which version is live
FORM = 1


@dataclass(frozen=True, kw_only=True)
class File:
    """A file beside the manifest, or one that came in: its name or address, SHA-256 in hex, size and rows."""

    name: str
    sha256: str
    bytes: int
    rows: int


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a day's folder holds; whatever it does not name is none of the day's."""

    v: int
    model: str
    version: str
    digest: str
    day: str
    inputs: tuple[File, ...]
    rows: int
    refused: int
    key: str | None
    predictions: File
    refusals: File | None
    written: str

    @property
    def content(self) -> bytes:
        """Its bytes."""
        return canonical(asdict(self))

    @property
    def input_digest(self) -> str:
        """Of all files that came in."""
        return digest_of(self.inputs)


def digest_of(inputs: tuple[File, ...]) -> str:
    """The digest of a delivery: of its files' hashes, in their order."""
    return "sha256:" + hashlib.sha256("\n".join(file.sha256 for file in inputs).encode()).hexdigest()


def read(content: bytes) -> Manifest:
    """The manifest that bytes hold; raises ValueError for any other bytes."""
    try:
        said: dict[str, Any] = json.loads(content)
        if said["v"] != FORM:
            raise ValueError(f"it is of form {said['v']}; this mlops-spec reads form {FORM}")
        files = {name: File(**said[name]) if said[name] else None for name in ("predictions", "refusals")}
        return Manifest(**said | files | {"inputs": tuple(File(**each) for each in said["inputs"])})
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"it is no manifest of scores: {error}") from error
