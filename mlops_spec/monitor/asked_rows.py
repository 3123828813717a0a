"""The rows that a live version was asked, wherever they are on record: in a server's log, or as a batch's scores."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec.monitor.predictions import MOST_ROWS, Live, read_log
from mlops_spec.targets.batch.work import Places
from mlops_spec.targets.batch.written import written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.monitor.on_rows import Log
    from mlops_spec.package.manifest import Tensor


def rows_asked(log: Log, digest: str, inputs: Sequence[Tensor]) -> Live:
    """What the version with this digest answered since then, at most 200,000 rows, newest last.

    Raises:
        Failure: the log can't be read (78), a store does not answer (69), or an input is not what was scored (1).
    """
    if log.batch is None:
        return read_log(log.folder, digest, inputs, log.since)
    places = Places.of(*log.batch)
    days = [(log.until - timedelta(number)).date() for number in range((log.until - log.since).days + 1)]
    columns = [tensor.name for tensor in inputs]
    found = list(written(places, digest, [day.isoformat() for day in days], columns, MOST_ROWS))[::-1]
    if not found:
        return Live(pd.DataFrame(columns=columns), (), np.empty(0))
    return Live(
        pd.concat([each.inputs for each in found], ignore_index=True),
        tuple(name for each in found for name in each.names),
        np.concatenate([each.scores for each in found]),
    )
