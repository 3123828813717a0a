"""The features and the positive class of a model, as the spec names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import listed
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address
    from mlops_spec.spec import Spec


def is_feature(spec: Spec, column: str) -> bool:
    """Whether the model sees a column, if the data has it: `include`, or all but target, id, weight and `exclude`."""
    features, files = spec.train.features, spec.data.files
    if files is not None and column in (files.digest, *files.measures):
        return False
    if features.include is not None:
        return column in features.include
    return column not in (*spec.data.targets, spec.data.id, spec.data.weight, *features.exclude)


def time_seen(spec: Spec) -> str | None:
    """The column that says when a row was, where the model sees it and so its log has it; else None."""
    name = spec.data.time or (spec.data.split.column if spec.data.split.by == "time" else None)
    return name if name is not None and is_feature(spec, name) else None


def is_evident(spec: Spec, column: str) -> bool:
    """Whether evidence looks at a column as at a feature: of a column of files, at what is measured of them."""
    files = spec.data.files
    if files is not None and column in (files.column, files.digest, *files.measures):
        return column in files.measures and is_feature(spec, files.column)
    return is_feature(spec, column)


def positive_class(spec: Spec) -> bool | int | str | None:
    """The positive class of a binary task; unless the spec names it, it is 1."""
    if not TASKS[spec.task].has("positive"):
        return None
    return 1 if spec.data.positive is None else spec.data.positive


def exclusion(spec: Spec, *columns: str) -> str:
    """The hint that takes columns out of the model's sight."""
    if spec.train.features.include is not None:
        return f"take {listed(columns)} out of `train.features.include`"
    return f"add {listed(columns)} to `train.features.exclude`"


def columns(spec: Spec) -> Iterator[tuple[Address, str]]:
    """Every place that names a column of the data beside the contract's own list."""
    data = spec.data
    for key, named in (("id", data.id), ("weight", data.weight), ("time", data.time), ("series", data.series)):
        if named is not None:
            yield ("data", key), named
    if data.files is not None:
        yield ("data", "files", "column"), data.files.column
    if isinstance(data.target, str):
        yield ("data", "target"), data.target
    else:
        yield from ((("data", "target", index), name) for index, name in enumerate(data.targets))
    if data.split.column is not None and data.split.column != data.time:
        yield ("data", "split", "column"), data.split.column
    for name, derived in data.derive.items():
        yield ("data", "derive", name, "from"), derived.from_
    yield from ((("data", "lags", name, "of"), lag.of) for name, lag in data.lags.items())
    lists: list[tuple[Address, list[str] | str | None]] = [
        (("data", "protected"), data.protected),
        (("data", "contract", "unique"), data.contract.unique),
        (("train", "features", "include"), spec.train.features.include),
        (("train", "features", "exclude"), spec.train.features.exclude),
        (("evaluate", "slices"), spec.evaluate.slices),
    ]
    lists += [
        (("gates", index, key), names) for index, gate in enumerate(spec.gates) for key, names in gate.named_columns()
    ]
    if spec.monitor is not None:
        lists.append((("monitor", "drift", "columns"), spec.monitor.drift.columns))
    for place, names in lists:
        if isinstance(names, str):
            if names != "all":
                yield place, names
        else:
            yield from (((*place, index), name) for index, name in enumerate(names or ()))
