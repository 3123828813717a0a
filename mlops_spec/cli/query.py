"""The command `import`."""

from __future__ import annotations

import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from mlops_spec import words
from mlops_spec.cli.run import spec_of
from mlops_spec.engines.files import pointer
from mlops_spec.errors import Exit, Failure
from mlops_spec.spec.data import Query


@click.command("import")
@click.option("--directory", "-C", type=click.Path(path_type=Path), default=".", help="The model's repository.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def import_command(*, directory: Path, form: str) -> int:
    """Bring the rows of the query in `data.path` into `data/`, as Parquet that DVC tracks.

    The environment variable of `connection` holds the address. What breaks the contract takes no place; the `.dvc` file
    to commit says which query found how many rows, and when. A query without ORDER BY makes a new version each time.

    \b
    Example:
      WAREHOUSE_URL=postgresql://reader@warehouse/sales mlops-spec import
    """
    from mlops_spec.pipeline.query import bring_rows  # noqa: PLC0415 - it loads pandas

    root = directory.resolve()
    spec = spec_of(root)
    if not isinstance(spec.data.path, Query):
        raise Failure(
            "`data.path` names no query",
            exit_code=Exit.USAGE,
            remedy="Write `path: {sql: FILE, connection: env:NAME}`.",
        )
    brought = bring_rows(root, spec, spec.data.path, os.environ, datetime.now(UTC))
    if form == "json":
        words.data(asdict(brought), indent=2)
    else:
        told = f"commit {pointer(brought.path)}" if brought.changed else "the same as before"
        words.out(f"{brought.path}: {brought.rows:,} rows of {spec.data.path.sql}; {told}")
    return Exit.OK
