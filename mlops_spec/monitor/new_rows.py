"""New training rows: what a live model was asked, with the labels that have come in since."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.monitor.performance import labelled
from mlops_spec.pipeline.rows import read_texts

if TYPE_CHECKING:
    import pandas as pd

    from mlops_spec.monitor.predictions import Live
    from mlops_spec.spec import Spec


def extended(spec: Spec, data: bytes, labels: Path, live: Live) -> tuple[bytes, int]:
    """The data file (CSV) with the labelled rows below it, and how many those are; rows that it names stay as they are.

    A column that no request carries stays empty in the new rows: the contract says whether that may be.

    Raises:
        Failure: the labels or the file are unfit (exit 1).
    """
    known, name = _as_written(data), spec.data.id
    if name is None:
        raise Failure("new rows need `data.id`: by what else would the data tell which they have?")
    joined = labelled(labels, spec, live)
    rows = live.inputs.iloc[joined["place"]].reset_index(drop=True)
    rows[[*spec.data.targets]] = joined[[*spec.data.targets]].to_numpy()
    rows[name] = [live.names[place] for place in joined["place"]]
    rows = rows[~rows[name].isin(set(known[name]))]
    text = rows.reindex(columns=known.columns).to_csv(index=False, header=False, lineterminator="\n")
    return data.rstrip(b"\r\n") + b"\n" + text.encode(), len(rows)


def _as_written(data: bytes) -> pd.DataFrame:
    with tempfile.TemporaryDirectory(prefix="mlops-spec-rows-") as folder:
        path = Path(folder) / "data.csv"
        path.write_bytes(data)
        return read_texts(path)
