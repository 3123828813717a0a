"""Live performance is watched by labels of live answers.

The file that the model learned from, or one that the pipeline makes, holds no label of what was answered since: the
measure stays as it is whatever happens. And labels are joined to answers by `data.id`, or of a forecast by time and
series; rows that a pull request adds to the data need the id.

Bad:

    monitor:
      performance: {labels: data/rows.csv, metric: roc_auc, min: 0.7}

Good:

    monitor:
      performance: {labels: data/labels.csv, metric: roc_auc, min: 0.7}

Fix: name the file that somebody brings the outcomes in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.document.finding import Finding
from mlops_spec.spec.paths import data_file
from mlops_spec.spec.stages import overlap, user_stages
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS609"
NAME = "borrowed-labels"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    watched = spec.monitor.performance if spec.monitor else None
    if watched is None:
        return
    place = ("monitor", "performance", "labels")
    written = [str(model_folder.BUILD), *(path for stage in user_stages(spec).values() for path in stage.writes)]
    if watched.labels == data_file(spec.data):
        yield Finding(place, "these are the rows that the model learned from", "name the file of the outcomes")
    elif spec.storage and watched.labels == spec.storage.sample:
        yield Finding(place, "this is the sample that pull requests train on", "name the file of the outcomes")
    elif any(overlap(watched.labels, path) for path in written):
        yield Finding(place, "the pipeline writes this, and it knows no outcome", "name the file of the outcomes")
    elif spec.data.id is None and not _by_time(spec):
        yield Finding(place, "no `data.id` says which answer a label belongs to", "name the id's column")


def _by_time(spec: Spec) -> bool:
    added = spec.monitor is not None and spec.monitor.on_alert.open == "pull-request"
    return TASKS[spec.task].ahead and spec.data.time is not None and not added
