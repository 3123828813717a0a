"""The rows of a database's query as the data file: read as a stream, held to the contract, then put in place."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mlops_spec.engines.files import pointer
from mlops_spec.engines.tracking import track
from mlops_spec.errors import Exit, Failure
from mlops_spec.package.on_disk import file_sha256
from mlops_spec.pipeline.contract import check_table
from mlops_spec.pipeline.rows import known_columns, open_table
from mlops_spec.spec.paths import data_file
from mlops_spec.system.files import make_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from mlops_spec.spec import Spec
    from mlops_spec.spec.data import Query

_DRIVERS = {
    "postgresql": "adbc_driver_postgresql",
    "postgres": "adbc_driver_postgresql",
    "sqlite": "adbc_driver_sqlite",
}
_TYPE_NAME = b"ADBC:postgresql:typname"
_SHOWN = 20


@dataclass(frozen=True)
class Brought:
    """What was brought in: where it lies, how many rows, and whether it is what was there already."""

    path: str
    rows: int
    changed: bool


def bring_rows(root: Path, spec: Spec, query: Query, environment: Mapping[str, str], now: datetime) -> Brought:
    """Runs the query and makes its rows the data file, tracked by DVC; `<file>.dvc` says when and by which query.

    The database is asked to let nothing be written. Rows go to the disk as they come, so memory does not grow with
    them. Decimals become doubles, which PostgreSQL's `numeric` has no other form for here.

    Raises:
        Failure: the address, the driver or the query is missing (78), the database does not answer (69), the query
            fails, finds no row, or its rows break the contract (1); the data file is then as it was.
    """
    text = _query_text(root, query)
    path = root / data_file(spec.data)
    make_folder(path.parent)
    with tempfile.TemporaryDirectory(prefix=".mlops-spec-import-", dir=path.parent) as folder:
        new = Path(folder) / path.name
        rows = _write(new, _Asked(query, text, _address(query, environment)))
        _check(spec, new, query)
        changed = not path.is_file() or file_sha256(path) != file_sha256(new)
        new.replace(path)
    if changed or not (root / pointer(data_file(spec.data))).is_file():
        about: dict[str, str | int] = {"query": query.sql, "query_sha256": hashlib.sha256(text.encode()).hexdigest()}
        track(root, data_file(spec.data), {**about, "rows": rows, "at": now.isoformat(timespec="seconds")})
    return Brought(data_file(spec.data), rows, changed)


@dataclass(frozen=True)
class _Asked:
    query: Query
    text: str
    address: str


def _query_text(root: Path, query: Query) -> str:
    try:
        text = (root / query.sql).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{query.sql} can't be read: {error}", exit_code=Exit.CONFIG) from error
    if not text.strip():
        raise Failure(f"{query.sql} is empty", exit_code=Exit.FINDINGS, remedy="Write one query into it.")
    return text


def _address(query: Query, environment: Mapping[str, str]) -> str:
    name = query.connection.removeprefix("env:")
    address = environment.get(name, "")
    if not address:
        raise Failure(
            f"the environment variable {name}, which `data.path.connection` names, is not set",
            exit_code=Exit.CONFIG,
            remedy=f"Set {name} to the database's address, such as postgresql://user@host/database.",
        )
    if urlsplit(address).scheme not in _DRIVERS:
        raise Failure(
            f"{name} does not begin with {'://, '.join(_DRIVERS)}://",
            exit_code=Exit.CONFIG,
            remedy="Export other databases to Parquet yourself, and name the file in `data.path`.",
        )
    return address


def _write(new: Path, asked: _Asked) -> int:
    rows, writer = 0, None
    try:
        for batch in _batches(asked):
            writer = writer or pq.ParquetWriter(new, batch.schema)
            writer.write_batch(batch)
            rows += batch.num_rows
    finally:
        if writer is not None:
            writer.close()
    if not rows:
        raise Failure(f"{asked.query.sql} finds no row", exit_code=Exit.FINDINGS, remedy="The data file is as it was.")
    return rows


def _batches(asked: _Asked) -> Iterator[pa.RecordBatch]:
    connection, driver = _connected(asked)
    with connection, connection.cursor() as cursor:
        try:
            if driver == "adbc_driver_postgresql":
                cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
                connection.commit()
            cursor.execute(asked.text)
            for batch in cursor.fetch_record_batch():
                yield _numbers(batch)
        except (connection.Error, pa.ArrowException) as error:
            raise Failure(
                f"{asked.query.sql} fails: {_without_secret(error, asked.address)}", exit_code=Exit.FINDINGS
            ) from None


def _connected(asked: _Asked) -> tuple[Any, str]:
    driver = _DRIVERS[urlsplit(asked.address).scheme]
    dbapi = import_module(f"{driver}.dbapi")
    try:
        return dbapi.connect(_read_only(asked.address)), driver
    except dbapi.Error as error:
        said = _without_secret(error, asked.address)
        raise Failure(f"{asked.query.connection}: no connection: {said}", exit_code=Exit.UNAVAILABLE) from None


def _read_only(address: str) -> str:
    """SQLite is told by its address, which has to be one of a file."""
    parts = urlsplit(address)
    return f"file:{parts.path}?mode=ro" if parts.scheme == "sqlite" else address


def _without_secret(error: Exception, address: str) -> str:
    password = urlsplit(address).password
    said = str(error).replace(address, "the address")
    return said.replace(password, "…") if password else said


def _numbers(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with PostgreSQL's `numeric`, which comes as text, as numbers."""
    fields = [field for field in batch.schema if (field.metadata or {}).get(_TYPE_NAME) == b"numeric"]
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    for field in fields:
        stored = columns[field.name]
        columns[field.name] = pc.cast(getattr(stored, "storage", stored), pa.float64())
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def _check(spec: Spec, new: Path, query: Query) -> None:
    violations = check_table(spec, open_table(new, known_columns(spec.data)))
    if violations:
        listed = "".join(f"\n  {violation}" for violation in violations[:_SHOWN])
        raise Failure(
            f"what {query.sql} finds breaks the contract:{listed}",
            exit_code=Exit.FINDINGS,
            remedy="The data file is as it was. Mend the query, or change `data.contract` if the promise was wrong.",
        )
