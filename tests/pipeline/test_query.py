"""The rows of a query as the data file: from SQLite in every run, from PostgreSQL in the slow suite."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import yaml

from mlops_spec.errors import Exit, Failure
from mlops_spec.lint.load import load_spec
from mlops_spec.pipeline.query import Brought, bring_rows
from mlops_spec.spec.data import Query

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEC = """\
spec: 1
model: late-parcel
task: binary-classification
owners: ["@acme/parcels"]
data:
  path: {sql: queries/parcels.sql, connection: env:WAREHOUSE_URL}
  target: late
  positive: 1
  id: id
  contract:
    columns:
      weight: {type: number, min: 0}
train:
  run: python -m late_parcel.train
  predictor: late_parcel.predict:load
gates:
  - metric: roc_auc
    min: 0.75
"""
PARCELS = [("001", 0.5, 1), ("002", 12.25, 0), ("003", None, 0)]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / "queries").mkdir(parents=True)
    (root / "model.yaml").write_text(SPEC)
    (root / "queries/parcels.sql").write_text("SELECT id, weight, late FROM parcels ORDER BY id\n")
    return root


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE parcels (id TEXT, weight REAL, late INTEGER)")
        connection.executemany("INSERT INTO parcels VALUES (?, ?, ?)", PARCELS)
    return path


def bring(repository: Path, address: str | None) -> Brought:
    spec = load_spec(repository / "model.yaml")
    assert isinstance(spec.data.path, Query)
    environment = {"WAREHOUSE_URL": address} if address else {}
    return bring_rows(repository, spec, spec.data.path, environment, datetime(2026, 3, 1, 6, 30, tzinfo=UTC))


def tracked(repository: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((repository / "data/parcels.parquet.dvc").read_text())
    return found


def test_rows_come_in_as_parquet_with_where_they_are_from(repository: Path, database: Path) -> None:
    assert bring(repository, f"sqlite://{database}") == Brought("data/parcels.parquet", 3, changed=True)

    rows = pd.read_parquet(repository / "data/parcels.parquet")
    assert rows["id"].tolist() == ["001", "002", "003"]
    assert rows["weight"].tolist()[:2] == [0.5, 12.25]
    about = tracked(repository)["meta"]["mlops-spec"]
    assert (about["query"], about["rows"], about["at"]) == ("queries/parcels.sql", 3, "2026-03-01T06:30:00+00:00")
    assert about["query_sha256"] == hashlib.sha256((repository / "queries/parcels.sql").read_bytes()).hexdigest()
    assert (repository / "data/.gitignore").read_text() == "/parcels.parquet\n"


def test_the_same_rows_are_no_new_version(repository: Path, database: Path) -> None:
    bring(repository, f"sqlite://{database}")
    first = tracked(repository)

    assert bring(repository, f"sqlite://{database}") == Brought("data/parcels.parquet", 3, changed=False)
    assert tracked(repository) == first
    assert (repository / "data/.gitignore").read_text() == "/parcels.parquet\n"


def test_new_rows_are_a_new_version_and_the_old_one_stays_in_the_cache(repository: Path, database: Path) -> None:
    bring(repository, f"sqlite://{database}")
    old = tracked(repository)["outs"][0]["md5"]
    with sqlite3.connect(database) as connection:
        connection.execute("INSERT INTO parcels VALUES ('004', 1.5, 1)")

    assert bring(repository, f"sqlite://{database}").changed

    new = tracked(repository)["outs"][0]["md5"]
    assert new != old
    for md5 in (old, new):
        cached = repository / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
        assert stat.S_IMODE(cached.stat().st_mode) == 0o444


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("DROP TABLE parcels", "queries/parcels.sql fails"),
        ("DELETE FROM parcels", "finds no row"),
        ("UPDATE parcels SET weight = -1 WHERE id = '002'", "breaks the contract:\n  weight: below 0"),
        ("ALTER TABLE parcels RENAME COLUMN weight TO mass", "queries/parcels.sql fails"),
    ],
)
def test_what_fails_or_breaks_the_contract_takes_no_place(
    repository: Path, database: Path, change: str, said: str
) -> None:
    bring(repository, f"sqlite://{database}")
    before = {path: path.read_bytes() for path in (repository / "data").iterdir()}
    with sqlite3.connect(database) as connection:
        connection.execute(change)

    with pytest.raises(Failure) as refused:
        bring(repository, f"sqlite://{database}")

    assert refused.value.exit_code == Exit.FINDINGS
    assert said in refused.value.message
    assert {path: path.read_bytes() for path in (repository / "data").iterdir()} == before


def test_a_query_that_returns_other_columns_is_refused(repository: Path, database: Path) -> None:
    (repository / "queries/parcels.sql").write_text("SELECT id, late FROM parcels")

    with pytest.raises(Failure, match="weight"):
        bring(repository, f"sqlite://{database}")

    assert not (repository / "data/parcels.parquet").exists()


def test_a_query_writes_nothing(repository: Path, database: Path) -> None:
    (repository / "queries/parcels.sql").write_text("DELETE FROM parcels")

    with pytest.raises(Failure):
        bring(repository, f"sqlite://{database}")

    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM parcels").fetchone() == (3,)


@pytest.mark.parametrize(
    ("address", "code", "said"),
    [
        (None, 78, "WAREHOUSE_URL, which `data.path.connection` names, is not set"),
        ("mysql://host/sales", 78, "WAREHOUSE_URL does not begin with postgresql://"),
        ("sqlite:///nowhere/warehouse.db", 69, "no connection"),
        ("postgresql://reader:hunter2@127.0.0.1:1/sales", 69, "no connection"),
    ],
)
def test_a_database_that_is_not_there(repository: Path, address: str | None, code: int, said: str) -> None:
    with pytest.raises(Failure, match=said) as refused:
        bring(repository, address)

    assert refused.value.exit_code == code
    assert "hunter2" not in refused.value.message


def command(repository: Path, address: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "mlops_spec", "import", "-C", str(repository)]
    return subprocess.run(
        line, env=os.environ | {"WAREHOUSE_URL": address}, capture_output=True, text=True, check=False
    )


def test_the_command_says_what_to_commit(repository: Path, database: Path) -> None:
    done = command(repository, f"sqlite://{database}")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "data/parcels.parquet: 3 rows of queries/parcels.sql; commit data/parcels.parquet.dvc\n"


def test_a_path_that_is_no_query_is_told(repository: Path) -> None:
    text = SPEC.replace("{sql: queries/parcels.sql, connection: env:WAREHOUSE_URL}", "data/a.csv")
    (repository / "model.yaml").write_text(text)

    done = command(repository, "sqlite:///x")

    assert done.returncode == 2
    assert "names no query" in done.stderr


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pgserver = pytest.importorskip("pgserver")
    started = pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    yield started.get_uri()
    started.cleanup()


@pytest.mark.slow
def test_postgresql(repository: Path, server: str) -> None:
    dbapi = pytest.importorskip("adbc_driver_postgresql.dbapi")
    with dbapi.connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE parcels (id text, weight numeric(8, 2), late integer, sent timestamptz)")
        cursor.execute(
            "INSERT INTO parcels"
            " SELECT lpad(i::text, 6, '0'), i / 4.0, i % 2, timestamptz '2026-01-01' + i * interval '1 h'"
            " FROM generate_series(1, 300000) i"
        )
        connection.commit()
    (repository / "queries/parcels.sql").write_text("SELECT * FROM parcels ORDER BY id\n")

    assert bring(repository, server).rows == 300_000

    rows = pd.read_parquet(repository / "data/parcels.parquet")
    assert len(rows) == 300_000
    assert rows["weight"].tolist()[:3] == [0.25, 0.5, 0.75]
    assert str(rows["sent"].dt.tz) == "UTC"

    (repository / "queries/parcels.sql").write_text("DELETE FROM parcels RETURNING *\n")
    with pytest.raises(Failure, match="read-only"):
        bring(repository, server)
    with dbapi.connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM parcels")
        assert cursor.fetchone() == (300_000,)
