"""What stands beside the scores: which version is live, and which days have a manifest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.manifest import canonical
from mlops_spec.targets.batch.manifest import LIVE, NAME, read
from mlops_spec.targets.batch.store import Store

if TYPE_CHECKING:
    from mlops_spec.targets.batch.manifest import Manifest
    from mlops_spec.targets.batch.work import Places, Work

DAY = "{date}"


def folder_of(places: Places, day: str) -> tuple[Store, str]:
    """The store of the scores, and the folder of a day in it."""
    store, path = Store.of(places.output.replace(DAY, day), places)
    return store, path.rstrip("/")


def manifest_of(store: Store, folder: str) -> Manifest | None:
    """The manifest of a day's folder; None where there is none.

    Raises:
        Failure: there is one, and it is none of ours (78).
    """
    content = store.read(f"{folder}/{NAME}")
    try:
        return read(content) if content is not None else None
    except ValueError as error:
        raise Failure(
            f"{store.url(folder)}/{NAME}: {error}",
            exit_code=Exit.CONFIG,
            remedy="Remove what lies there, or name another folder as `output`.",
        ) from error


def tell(work: Work) -> dict[str, Any]:
    """Says which version is live; since when anything has been, it says the first time."""
    assert work.version is not None
    store, path = _live(work.places)
    known = _read(store, path)
    since = known.get("since", work.since)
    said = {"v": 1, "model": work.model, "version": work.version.version, "digest": work.version.digest}
    store.write(path, canonical({**said, "since": since}))
    return {"since": since}


def hear(work: Work) -> dict[str, Any]:
    """Which version is live, and which of the days have no manifest."""
    said = _read(*_live(work.places))
    late = [f"{day} is not scored" for day in work.days if manifest_of(*folder_of(work.places, day)) is None]
    return {name: said.get(name) for name in ("version", "digest", "since")} | {"late": late}


def _live(places: Places) -> tuple[Store, str]:
    above = places.output.partition(DAY)[0].rpartition("/")[0]
    store, path = Store.of(f"{above}/{LIVE}", places)
    return store, path


def _read(store: Store, path: str) -> dict[str, Any]:
    try:
        said = json.loads(store.read(path) or b"{}")
        if not isinstance(said, dict):
            raise ValueError("it is no mapping")
    except (ValueError, RecursionError) as error:
        raise Failure(f"{store.url(path)} can't be read: {error}", exit_code=Exit.CONFIG) from error
    return said
