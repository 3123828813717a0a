"""The model as a service of BentoML; `MODEL_PACKAGE` is the package, `TOGETHER` above 1 turns its batching on.

Rows come as a list of records: BentoML 1.4.39 can't batch data frames of pandas 3 (its dispatcher takes a batch's shape
for its size and never calls the service).
"""

import os
import sys
from pathlib import Path
from typing import Any

import bentoml
import pandas

PACKAGE = os.environ["MODEL_PACKAGE"]
TOGETHER = int(os.environ["TOGETHER"]) > 1


@bentoml.service(workers=1, metrics={"enabled": False}, logging={"access": {"enabled": False}})
class CreditDefault:
    """One process with the model."""

    def __init__(self) -> None:
        sys.path.insert(0, PACKAGE + "/code")
        from credit_default.predict import load  # noqa: PLC0415

        self._score = load(Path(PACKAGE) / "model")

    @bentoml.api(batchable=TOGETHER, max_batch_size=1024, max_latency_ms=10_000)
    def predict(self, rows: list[dict[str, Any]]) -> list[float]:
        """The rows' probabilities."""
        scores: list[float] = self._score(pandas.DataFrame.from_records(rows)).tolist()
        return scores
