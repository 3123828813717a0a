"""The model's signature: the feature columns as Open Inference Protocol tensors, and what the model answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.manifest import Signature, Tensor
from mlops_spec.spec.tasks import TASKS
from mlops_spec.system.regular import regular

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlops_spec.spec import Spec
    from mlops_spec.spec.tasks.task import Task


def signature_of(spec: Spec, train_rows: Path, classes: int) -> Signature:
    """The signature, read from the schema of the training rows alone; raises Failure for columns that can't be one."""
    schema = pq.read_schema(regular(train_rows))
    named = spec.data.files.column if spec.data.files else None
    inputs = [
        Tensor(name=name, datatype="BYTES", shape=(-1,), file=True)
        if name == named
        else _input(name, schema.field(name).type)
        for name in features(spec, schema.names)
    ]
    return Signature(inputs=tuple(inputs), outputs=(output_of(TASKS[spec.task], classes),))


def features(spec: Spec, columns: Sequence[str]) -> tuple[str, ...]:
    """The columns that the model may see, in the order of the data; raises Failure when the spec names others."""
    chosen = spec.train.features
    asked = [*(chosen.include or []), *chosen.exclude]
    if unknown := [name for name in asked if name not in columns and name != spec.data.split.column]:
        raise Failure(
            f"train.features names columns that the data lacks: {', '.join(unknown)}", exit_code=Exit.FINDINGS
        )
    never = {*spec.data.targets, spec.data.id, spec.data.weight, *chosen.exclude}
    never |= {spec.data.files.digest, *spec.data.files.measures} if spec.data.files else set()
    found = tuple(name for name in columns if name not in never and (chosen.include is None or name in chosen.include))
    if not found:
        raise Failure("train.features leaves the model no column to see", exit_code=Exit.FINDINGS)
    return found


def _input(name: str, kind: pa.DataType) -> Tensor:
    moments = pa.types.is_timestamp(kind) or pa.types.is_date(kind)
    return Tensor(name=name, datatype=_datatype(name, kind), shape=(-1,), timestamp=moments)


def output_of(task: Task, classes: int) -> Tensor:
    """What a package of a task answers."""
    return Tensor(name=task.answer.name, datatype=task.answer.datatype, shape=task.answer.shape(-1, classes))


def _datatype(name: str, found: pa.DataType) -> str:
    if pa.types.is_boolean(found):
        return "BOOL"
    if pa.types.is_integer(found):
        return "INT64"
    if pa.types.is_floating(found):
        return "FP64"
    if pa.types.is_string(found) or pa.types.is_large_string(found) or pa.types.is_temporal(found):
        return "BYTES"
    raise Failure(
        f"column `{name}` is of type {found}, which no model takes",
        exit_code=Exit.FINDINGS,
        remedy="Exclude it by train.features.exclude, or give its type in data.contract.columns.",
    )
