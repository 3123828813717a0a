"""What a live model was asked becomes training rows only where rows hold all that it was asked.

A retraining that takes labelled requests writes them below the rows of the data. Files are no rows: they would have to
be brought into the folder that DVC tracks, and nobody does that.

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
      performance: {labels: data/labels.csv, metric: roc_auc, min: 0.7}
      on_alert: {open: pull-request}

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
      performance: {labels: data/labels.csv, metric: roc_auc, min: 0.7}
      on_alert: {open: issue}

Fix: have an issue opened, and add files and rows by a pull request of your own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS158"
NAME = "labelled-requests"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.data.files is not None and spec.monitor is not None and spec.monitor.on_alert.open == "pull-request":
        message = f"new rows would name no files in `{spec.data.files.root}`"
        yield Finding(("monitor", "on_alert", "open"), message, "write `open: issue`")
