"""What `data.prepare` makes is the table of `data.path`, and nothing else takes its place.

A stage that writes another file than the one that is split runs for nothing, and the rows that are learned from are not
the ones that it made. A table that is imported as well, or that a sample or the monitor's new rows would replace, is
overwritten by the next run.

Bad:

    data:
      path: data/rows.parquet
      target: default
      id: id
      prepare: {run: python -m example.clean, reads: [data/raw.csv], writes: [build/rows.parquet]}

Good:

    data:
      path: build/rows.parquet
      target: default
      id: id
      prepare: {run: python -m example.clean, reads: [data/raw.csv], writes: [build/rows.parquet]}

Fix: name in `path` what the stage writes; keep raw rows, samples of them and new ones in what it reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.stages import overlap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec
    from mlops_spec.spec.train import Stage

CODE = "MS324"
NAME = "prepared-data"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    prepare = spec.data.prepare
    if prepare is None:
        return
    yield from _other_table(spec, prepare)
    if spec.storage and spec.storage.pull_requests == "sample":
        message = "the sample takes the place of the table, and `data.prepare` writes over it"
        yield Finding(("storage", "pull_requests"), message, "choose `read` or `after-merge`")
    if spec.monitor and spec.monitor.on_alert.open == "pull-request":
        message = "the pull request brings new rows into the table, and `data.prepare` writes over them"
        yield Finding(("monitor", "on_alert", "open"), message, "write `issue`, and bring raw rows in")


def _other_table(spec: Spec, prepare: Stage) -> Iterator[Finding]:
    path = spec.data.path
    if not isinstance(path, str):
        message = "the table is imported, so nothing has to make it"
        yield Finding(("data", "prepare"), message, f"name `{prepare.writes[0]}` in `path`, and import the raw rows")
    elif not any(path == each or path.startswith(f"{each}/") for each in prepare.writes):
        message = f"it does not write `{path}`, which is split"
        yield Finding(
            ("data", "prepare", "writes"), message, f"write `{path}`, or name `{prepare.writes[0]}` in `path`"
        )
    elif any(overlap(path, each) for each in prepare.reads):
        yield Finding(("data", "prepare", "reads"), f"it reads `{path}`, which it writes", "read the raw rows")
