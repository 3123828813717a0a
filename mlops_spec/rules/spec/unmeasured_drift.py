"""Drift of files is that of what is measured of them.

Two images are never equal, so their names and bytes say nothing of a shift. Their sizes and brightness do: they are
columns of their own, called after that of the files.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      files: {root: data/images, column: image, kinds: [png]}
    train:
      run: python -m example.train
      predictor: example.predict:load
    monitor:
      drift: {columns: [image]}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      files: {root: data/images, column: image, kinds: [png]}
    train:
      run: python -m example.train
      predictor: example.predict:load
    monitor:
      drift: {columns: [image.bytes, image.brightness]}

Fix: name the measures, or watch `all`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS156"
NAME = "unmeasured-drift"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    files, monitor = spec.data.files, spec.monitor
    if files is None or monitor is None or isinstance(monitor.drift.columns, str):
        return
    for index, name in enumerate(monitor.drift.columns):
        if name in (files.column, files.digest):
            message = f"`{name}` differs in every row and shows no drift"
            yield Finding(("monitor", "drift", "columns", index), message, f"name {' and '.join(files.measures)}")
