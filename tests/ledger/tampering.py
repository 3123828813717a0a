"""What an attacker may do to a ledger's files, by chance or with care."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from mlops_spec.ledger.chain import record_path
from mlops_spec.ledger.form import parse
from mlops_spec.ledger.record import Draft, What

from .conftest import ALICE, files_of, sealed

if TYPE_CHECKING:
    import random
    from collections.abc import Callable


def flip(rng: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
    name = rng.choice(sorted(files))
    content = bytearray(files[name])
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return {**files, name: bytes(content)}


def remove(rng: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
    gone = rng.choice(sorted(files))
    return {name: content for name, content in files.items() if name != gone}


def swap(rng: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
    one, two = rng.sample(sorted(files), 2)
    return {**files, one: files[two], two: files[one]}


def cut(rng: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
    name = rng.choice(sorted(files))
    return {**files, name: files[name][: rng.randrange(len(files[name]))]}


def stray(rng: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
    name = rng.choice(["log/x", "notes", "log/00/00/00000042.json", "log/00/01/00000010.json"])
    return {**files, name: b"{}"}


def drafts_of(files: dict[str, bytes]) -> list[Draft]:
    count = sum(name.startswith("log/") for name in files)
    records = [parse(files[record_path(seq)]) for seq in range(count)]
    return [Draft(**{field.name: getattr(record, field.name) for field in fields(Draft)}) for record in records]


def rewrite(rng: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
    """One record replaced and everything behind it chained anew, checkpoint and frontier too."""
    drafts = drafts_of(files)
    drafts[rng.randrange(len(drafts))] = Draft(
        event="monitor.heartbeat", who=ALICE, what=What(model=f"m{rng.randrange(10**6)}")
    )
    return files_of(sealed(drafts))


def truncate(rng: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
    drafts = drafts_of(files)
    return files_of(sealed(drafts[: rng.randrange(1, len(drafts))]))


def drop(rng: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
    """One record left out and the rest chained anew, then filled up to the old length."""
    drafts = drafts_of(files)
    del drafts[rng.randrange(len(drafts))]
    return files_of(sealed([*drafts, Draft(event="incident", who=ALICE, what=What(model="churn"))]))


def reset(rng: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
    return {}


TAMPERINGS: list[Callable[[random.Random, dict[str, bytes]], dict[str, bytes]]] = [
    flip,
    remove,
    swap,
    cut,
    stray,
    rewrite,
    truncate,
    drop,
    reset,
]
