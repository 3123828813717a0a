"""New training rows: what a live model was asked, with the labels that have come in since."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pandas as pd

from mlops_spec.errors import Exit, Failure
from mlops_spec.monitor.performance import labelled

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.monitor.predictions import Live
    from mlops_spec.spec import Spec


def extended(spec: Spec, data: bytes, labels: Path, live: Live) -> tuple[bytes, int]:
    """The data file (CSV) with the labelled rows below it, and how many those are; rows that it names stay as they are.

    A column that no request carries stays empty in the new rows: the contract says whether that may be.

    Raises:
        Failure: the labels or the file are unfit (exit 1).
    """
    try:
        known = pd.read_csv(io.BytesIO(data), dtype="str", keep_default_na=False)
    except ValueError as error:
        raise Failure(f"the data file is no CSV: {error}", exit_code=Exit.FINDINGS) from error
    joined = labelled(labels, spec, live)
    name = spec.data.id or ""
    rows = live.inputs.iloc[joined["place"]].reset_index(drop=True)
    rows[spec.data.target] = joined["truth"].to_numpy()
    rows[name] = [live.names[place] for place in joined["place"]]
    rows = rows[~rows[name].isin(set(known[name]))]
    text = rows.reindex(columns=known.columns).to_csv(index=False, header=False, lineterminator="\n")
    return data.rstrip(b"\r\n") + b"\n" + text.encode(), len(rows)
