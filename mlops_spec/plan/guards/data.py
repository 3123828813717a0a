"""Looser data, training and evaluation: a wider contract, a protected attribute seen, less measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.spec.weakening import changed, dropped, fell, gained, lost, rose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.spec import Spec
    from mlops_spec.spec.data import Column, Contract, Files, Missing
    from mlops_spec.spec.weakening import Weakening

# Changes of a column's type after which it takes less than before; all others let something else in.
_NARROWER = {("number", "integer"), ("string", "category")}


def data(old: Spec, new: Spec) -> Iterator[Weakening]:
    """The contract, what is protected, and how much is set aside for the test."""
    yield from lost("data.protected", old.data.protected, new.data.protected)
    yield from fell("data.split.test", old.data.split.test, new.data.split.test)
    yield from _contract("data.contract", old.data.contract, new.data.contract)
    if old.data.files is not None:
        yield from _files(old.data.files, new.data.files)


def training(old: Spec, new: Spec) -> Iterator[Weakening]:
    """Protected attributes that the model newly sees, and what its file may newly hold."""
    protected = dict.fromkeys((*_protected(old), *_protected(new)))
    yield from gained(
        "train.features",
        [column for column in protected if _sees(old, column)],
        [column for column in protected if _sees(new, column)],
    )
    yield from gained("train.trusted_types", old.train.trusted_types, new.train.trusted_types)
    before, after = old.train.format, new.train.format
    yield from changed("train.format", before, after, weaker=after == "custom" != before)


def evaluation(old: Spec, new: Spec) -> Iterator[Weakening]:
    """What is no longer measured, and evidence that may be less sure."""
    yield from lost("evaluate.slices", old.evaluate.slices, new.evaluate.slices)
    yield from lost("evaluate.metrics", _metrics(old), _metrics(new))
    yield from fell("evaluate.confidence", old.evaluate.confidence, new.evaluate.confidence)
    yield from fell("evaluate.resamples", old.evaluate.resamples, new.evaluate.resamples)


def _protected(spec: Spec) -> Iterator[str]:
    for name in spec.data.protected:
        yield name
        if name in spec.data.derive:
            yield spec.data.derive[name].from_


def _sees(spec: Spec, column: str) -> bool:
    features = spec.train.features
    return column not in features.exclude if features.include is None else column in features.include


def _metrics(spec: Spec) -> list[str]:
    return [each if isinstance(each, str) else each.name for each in spec.evaluate.metrics]


def _contract(where: str, old: Contract, new: Contract) -> Iterator[Weakening]:
    yield from fell(f"{where}.rows.min", old.rows.min, new.rows.min)
    yield from rose(f"{where}.rows.max", old.rows.max, new.rows.max)
    yield from lost(f"{where}.unique", old.unique, new.unique)
    yield from _missing(f"{where}.missing", old.missing, new.missing)
    for name, column in old.columns.items():
        place = f"{where}.columns.{name}"
        yield from _column(place, column, new.columns[name]) if name in new.columns else dropped(place)


def _files(old: Files, new: Files | None) -> Iterator[Weakening]:
    if new is None:
        yield from dropped("data.files")
        return
    yield from gained("data.files.kinds", old.kinds, new.kinds)
    yield from rose("data.files.max", old.max, new.max)


def _column(where: str, old: Column, new: Column) -> Iterator[Weakening]:
    weaker = old.type != new.type and (old.type, new.type) not in _NARROWER
    yield from changed(f"{where}.type", old.type, new.type, weaker=weaker)
    yield from fell(f"{where}.min", old.min, new.min)
    yield from rose(f"{where}.max", old.max, new.max)
    yield from _missing(f"{where}.missing", old.missing, new.missing)
    if old.values is not None:
        yield from gained(f"{where}.values", old.values, new.values) if new.values else dropped(f"{where}.values")


def _missing(where: str, old: Missing | None, new: Missing | None) -> Iterator[Weakening]:
    yield from rose(f"{where}.max", old.max if old else None, new.max if new else None)
