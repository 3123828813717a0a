"""The scoring of one day: what came in is checked, then scored part by part, and the manifest makes it count."""

from __future__ import annotations

import hashlib
import json
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.input_contract import read_contract
from mlops_spec.package.on_disk import verify
from mlops_spec.regex import regex
from mlops_spec.targets.batch.asking import Predictor, answered
from mlops_spec.targets.batch.beside import folder_of, manifest_of
from mlops_spec.targets.batch.delivery import Asking, batches, checked, refuse_moved, refuse_too_many
from mlops_spec.targets.batch.manifest import FORM, LIVE, NAME, File, Manifest, digest_of
from mlops_spec.targets.batch.outside import rows_of
from mlops_spec.targets.batch.store import PARTIAL, Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.targets.batch.delivery import Sound
    from mlops_spec.targets.batch.outside import Reasons
    from mlops_spec.targets.batch.store import Part, Writing
    from mlops_spec.targets.batch.work import Work

PART, ROW = "part", "row"  # what names a row where no column does
_OURS = regex(
    r"(\.partial-)?(predictions|_refused)-v[0-9.]+-[0-9a-f]{16}\.(parquet|jsonl)|(\.partial-)?_manifest\.json"
)


def score(work: Work) -> dict[str, Any]:
    """Scores a day once: where its manifest stands, nothing is done, unless it is to be scored again and would differ.

    Raises:
        Failure: the delivery is not there or not sound, the folder is somebody else's (1, 78), a store does not answer
            (69), or the model fails (1). Nothing of the day was written then that counts.
    """
    assert work.version is not None
    (day,) = work.days
    package = Path(work.version.package)
    asking = Asking(verify(package, work.version.digest), read_contract(package), work.key)
    out, folder = folder_of(work.places, day)
    standing = _standing(out, folder, work.model)
    if standing is not None and not work.again:
        return _told(out, folder, standing, again=True)
    store, pattern = Store.of(work.places.input.replace("{date}", day), work.places)
    parts = _delivered(store, pattern)
    with Predictor(work.version) as predictor:  # loads while the delivery is checked
        sound = checked(store, parts, asking)
        refuse_too_many(sound, work.max_refused, asking, store)
        if standing is not None and _is_same(standing, work, sound):
            return _told(out, folder, standing, again=True)
        made = _Day(work, day, asking, store, sound, out, folder, predictor).written()
    _sweep(out, folder, made)
    return _told(out, folder, made, again=False)


def _delivered(store: Store, pattern: str) -> tuple[Part, ...]:
    parts = store.matching(pattern)
    if not parts:
        raise Failure(
            f"{store.url(pattern)}: no file",
            exit_code=Exit.FINDINGS,
            remedy="It is scored as soon as it is there, within `catch_up`.",
        )
    return parts


def _standing(out: Store, folder: str, model: str) -> Manifest | None:
    """The manifest of the day's folder; raises Failure (78) where something in it is none of ours."""
    found = manifest_of(out, folder)
    if found is not None and found.model != model:
        raise _foreign(out.url(folder), f"the scores of {found.model}")
    named = {NAME, LIVE, *((found.predictions.name,) if found else ())}
    others = [part.name for part in out.inside(folder) if part.name not in named and not _OURS.fullmatch(part.name)]
    if others:
        raise _foreign(out.url(folder), f"{others[0]}{' and more' * (len(others) > 1)}")
    return found


def _foreign(url: str, what: str) -> Failure:
    return Failure(
        f"{url} holds {what}, which mlops-spec did not write",
        exit_code=Exit.CONFIG,
        remedy="Name a folder of its own as `output`, or move that elsewhere.",
    )


def _is_same(standing: Manifest, work: Work, sound: tuple[Sound, ...]) -> bool:
    assert work.version is not None
    return (standing.digest, standing.input_digest) == (
        work.version.digest,
        digest_of(tuple(each.file for each in sound)),
    )


@dataclass(frozen=True)
class _Day:
    """What is written of a day, and whence it comes."""

    work: Work
    day: str
    asking: Asking
    store: Store
    sound: tuple[Sound, ...]
    out: Store
    folder: str
    predictor: Predictor

    def written(self) -> Manifest:
        """Writes predictions and refusals, and then the manifest, by which they count."""
        assert self.work.version is not None
        inputs = tuple(each.file for each in self.sound)
        mark = hashlib.sha256(f"{self.work.version.digest}\n{digest_of(inputs)}".encode()).hexdigest()[:16]
        suffix = f"{self.work.version.version}-{mark}"
        names = f"predictions-{suffix}.parquet", f"_refused-{suffix}.jsonl"
        predictions, refusals = self._write(*names)
        for each in self.sound:
            refuse_moved(self.store, each.part)
        manifest = Manifest(
            v=FORM,
            model=self.work.model,
            version=self.work.version.version,
            digest=self.work.version.digest,
            day=self.day,
            inputs=inputs,
            rows=predictions.rows,
            refused=refusals.rows if refusals is not None else 0,
            key=self.work.key,
            predictions=predictions,
            refusals=refusals,
            written=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        self.out.write(f"{self.folder}/{NAME}", manifest.content)
        return manifest

    def _write(self, name: str, refused_name: str) -> tuple[File, File | None]:
        refuses = any(each.refused for each in self.sound)
        with ExitStack() as stack:
            schema = pa.schema([*self._names_schema(), *self.predictor.schema])
            file = stack.enter_context(self.out.create(f"{self.folder}/{name}"))
            beside = stack.enter_context(self.out.create(f"{self.folder}/{refused_name}")) if refuses else None
            refusing = _Refusing(beside, self.asking)
            rows = 0
            with pq.ParquetWriter(pa.PythonFile(file, mode="w"), schema) as writer:
                for named, answer in answered(self.predictor, self._asked(refusing)):
                    writer.write_batch(pa.RecordBatch.from_arrays([*named, *answer.columns], schema=schema))
                    rows += answer.num_rows
        refusals = (
            File(name=refused_name, sha256=beside.sha256, bytes=beside.size, rows=refusing.rows) if beside else None
        )
        return File(name=name, sha256=file.sha256, bytes=file.size, rows=rows), refusals

    def _names_schema(self) -> list[pa.Field]:
        if self.work.key is not None:
            return [pa.field(self.work.key, pa.string())]
        return [pa.field(PART, pa.string()), pa.field(ROW, pa.int64())]

    def _asked(self, refusing: _Refusing) -> Iterator[tuple[list[pa.Array], pa.RecordBatch]]:
        """Batches of the rows that are scored, each with the columns that name them."""
        for each in self.sound:
            start = 0
            for batch in batches(self.store, each.part, self.asking.read):
                rows = np.arange(start, start + batch.num_rows)
                start += batch.num_rows
                kept = refusing.kept(each.part.name, batch, rows) if each.refused else None
                if kept is not None:
                    batch, rows = batch.filter(pa.array(kept)), rows[kept]  # noqa: PLW2901 - the same, but for some rows
                if batch.num_rows:
                    yield self._names(each.part.name, batch, rows), batch.select(self.asking.columns)

    def _names(self, part: str, batch: pa.RecordBatch, rows: np.ndarray) -> list[pa.Array]:
        if self.work.key is not None:
            return [batch.column(self.work.key).cast(pa.string())]
        return [pa.repeat(part, batch.num_rows), pa.array(rows, pa.int64())]


class _Refusing:
    """The rows that are set aside: a line of JSON each, with the reasons and the row as it came."""

    def __init__(self, file: Writing | None, asking: Asking) -> None:
        self._file, self._asking, self.rows = file, asking, 0

    def kept(self, part: str, batch: pa.RecordBatch, rows: np.ndarray) -> np.ndarray:
        """Which rows of a batch are scored; the others are written down."""
        found = self._asking.outside(batch)
        outside = rows_of(found, batch.num_rows)
        for place in np.flatnonzero(outside):
            self._write(part, int(rows[place]), batch.slice(int(place), 1).to_pylist()[0], _reasons(found, int(place)))
        kept: np.ndarray = ~outside
        return kept

    def _write(self, part: str, row: int, values: dict[str, Any], reasons: list[str]) -> None:
        assert self._file is not None
        line = {PART: part, ROW: row, "reasons": reasons, "values": values}
        self._file.write(json.dumps(line, default=_named).encode() + b"\n")
        self.rows += 1


def _named(value: object) -> object:
    """A value that JSON has not; of a file, which may be megabytes, what tells which it is."""
    if isinstance(value, bytes):
        return {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()}
    return str(value)


def _reasons(found: Reasons, place: int) -> list[str]:
    return [what for what, mask in found if mask[place]]


def _sweep(out: Store, folder: str, made: Manifest) -> None:
    """Removes what an earlier manifest named, and what a killed process left."""
    kept = {NAME, LIVE, made.predictions.name, *([made.refusals.name] if made.refusals else [])}
    for part in out.inside(folder):
        if part.name not in kept and (_OURS.fullmatch(part.name) or part.name.startswith(PARTIAL)):
            out.remove(part.path)


def _told(out: Store, folder: str, manifest: Manifest, *, again: bool) -> dict[str, Any]:
    return {
        "rows": manifest.rows,
        "refused": manifest.refused,
        "input": manifest.input_digest,
        "manifest": "sha256:" + hashlib.sha256(manifest.content).hexdigest(),
        "uri": f"{out.url(folder)}/{NAME}",
        "version": manifest.version,
        "digest": manifest.digest,
        "again": again,
    }
