"""The drift of live inputs beside training rows of the same season, so that a summer is no drift from a whole year."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.monitor.check import Check
from mlops_spec.monitor.inputs import FEWEST_ROWS, check_drift
from mlops_spec.pipeline.reference import of_season
from mlops_spec.pipeline.seasons import PARTS, part_of, shares
from mlops_spec.spec.features import time_seen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.monitor.predictions import Live
    from mlops_spec.pipeline.reference import Column
    from mlops_spec.spec import Spec
    from mlops_spec.spec.watch import Drift

_LEAST = 30  # training rows of a part, such as a month: fewer say nothing of what is usual then


def check_seasonal_drift(spec: Spec, bounds: Drift, reference: Mapping[str, Column], live: Live) -> Check:
    """As `check_drift`; with `bounds.season` beside training rows that were as often of each part of the season.

    Columns that are kept whole, such as lengths of texts, are compared whole. Rows of a part of which training has
    hardly any are not judged, and told.
    """
    if bounds.season is None:
        return check_drift(bounds, reference, live)
    name, part = time_seen(spec), PARTS[bounds.season]
    if name is None or name not in live.inputs.columns:
        return Check("drift", (f"the log does not say when a row was, so nothing tells its {part}",))
    if all(column.season != bounds.season for column in reference.values()):
        return Check("drift", told=f"the package was built without training rows by {part}: not checked")
    codes = part_of(live.inputs[name], bounds.season)
    known = [code for code in np.unique(codes).tolist() if _rows_of(reference, code) >= _LEAST]
    there = np.isin(codes, known)
    told = f"{np.count_nonzero(~there):,} rows are of a {part} that training has hardly any row of"
    if np.count_nonzero(there) < FEWEST_ROWS and not there.all():
        return Check("drift", told=f"{told}: fewer than {FEWEST_ROWS} others tell nothing")
    beside = of_season(reference, shares(codes[there])) if there.any() else reference
    rows = replace(live, inputs=live.inputs[there].reset_index(drop=True))
    found = check_drift(bounds, beside, rows)
    less = "" if there.all() else f"; {told}"
    return replace(found, told=f"{found.told}, beside training rows of the same {part}{less}")


def _rows_of(reference: Mapping[str, Column], code: int) -> int:
    return max((column.parts[code].rows for column in reference.values() if code in column.parts), default=0)
