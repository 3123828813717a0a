"""A model's answers as columns: scores, and what they decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from mlops_spec.spec.tasks import task_called

if TYPE_CHECKING:
    from mlops_spec.package.manifest import Manifest

DECISION = "decision"
_LABEL = pa.dictionary(pa.int32(), pa.string())  # a row's is a number, not a text
PROBABILITIES = b"mlops-spec.probabilities"  # whether the scores are that


def schema_of(package: Manifest) -> pa.Schema:
    """The columns of a version's answers: one a score or JSON text, and a decision where it is one class."""
    names = [*_scores(package), *([DECISION] if _decides(package) else [])]
    answer = task_called(package.task).answer
    kinds = [_LABEL if name == DECISION else pa.float64() if answer.numbers else pa.string() for name in names]
    told = {PROBABILITIES: b"1" if answer.probabilities else b"0"}
    return pa.schema(list(zip(names, kinds, strict=True)), metadata=told)


def columns(package: Manifest, answer: np.ndarray) -> pa.RecordBatch:
    """The answer (n,) or (n, k) of `load_predict` in those columns."""
    scores = answer.reshape(len(answer), -1)
    arrays: list[pa.Array] = [pa.array(scores[:, place]) for place in range(scores.shape[1])]
    if _decides(package):
        arrays.append(_decided(package, answer))
    return pa.RecordBatch.from_arrays(arrays, schema=schema_of(package))


def scores_of(batch: pa.RecordBatch) -> np.ndarray:
    """The scores (n, k) of such columns, or texts (n, 1)."""
    names = [name for name in batch.schema.names if name != DECISION]
    return np.column_stack([batch.column(name).to_numpy(zero_copy_only=False) for name in names])


def _decides(package: Manifest) -> bool:
    """Whether a row's answer is one class; numbers are none, and of several labels a row may have any."""
    task = task_called(package.task)
    return task.decides != "nothing" and task.targets == "one"


def _scores(package: Manifest) -> list[str]:
    (output,) = package.signature.outputs
    if len(output.shape) == 1:
        return [output.name]
    return [f"{output.name}_{label}" for label in package.classes]


def _decided(package: Manifest, answer: np.ndarray) -> pa.Array:
    """At the version's own threshold, or the class of the highest probability; a binary task's positive one is last."""
    codes = answer >= package.threshold if answer.ndim == 1 else answer.argmax(axis=1)
    labels = pa.array([str(label) for label in package.classes])
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), labels)
