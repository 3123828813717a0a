"""Attacks on the gates against leaks: test rows in train, exact and nearly, and a feature that is the target."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec.gates.attacks.attack import Attack, Blow, draw
from mlops_spec.pipeline.leak import content
from mlops_spec.spec.features import is_evident
from mlops_spec.spec.tasks import TASKS
from mlops_validators.arrays import significant
from mlops_validators.leak import DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.case import Case

_FEWEST = 12  # copies, which chance gives a test of half of the rows less than once in 1,000 splits
_HOPELESS = 0.1  # of the test rows are alike


def _leaked(case: Case, gate: None) -> Iterator[Blow[None]]:
    yield Blow(_trained_with(case, case.test.head(1)), gate, "one row")
    yield Blow(_trained_with(case, case.test), gate, "all rows")


def _trained_on(case: Case, gate: None) -> Iterator[Blow[None]]:
    yield Blow(replace(case, test=case.train), gate)


def _nearly_leaked(case: Case, gate: None) -> Iterator[Blow[None]]:
    """Test rows with another row's value in one column: a tenth of them, more of few.

    None where rows are alike without that column: there the gate can't tell copies from chance, nor does it try.
    """
    names = [name for name in content(case.spec.data, case.test) if name not in case.spec.data.targets]
    changed = min(names, key=lambda name: (case.test[name].nunique() < 2, case.test[name].nunique()), default=None)
    if changed is None or _repeated_share(case.test[[name for name in names if name != changed]]) > _HOPELESS:
        return
    share = max(0.1, _FEWEST / max(len(case.test), 1))
    some = case.test.sample(frac=min(1.0, share), random_state=case.spec.train.seed)
    copies = some.assign(**{changed: draw(case).permutation(some[changed].to_numpy())})
    yield Blow(_trained_with(case, copies), gate, f"{changed} changed")


def _repeated_share(rows: pd.DataFrame) -> float:
    numbers = rows.select_dtypes("number").apply(lambda column: significant(column.to_numpy(np.float64), DIGITS))
    return float(rows.assign(**numbers).duplicated().mean())


def _target_given_away(case: Case, gate: None) -> Iterator[Blow[None]]:
    feature = next((name for name in case.train.columns if is_evident(case.spec, str(name))), None)
    if feature is None or not case.spec.data.targets:
        return
    told = case.train[case.spec.data.targets[0]]
    yield Blow(replace(case, train=case.train.assign(**{feature: told})), gate, f"{feature} is the target")
    if TASKS[case.spec.task].ahead:
        yield from _known_too_early(case, str(feature))
    if TASKS[case.spec.task].of_classes:
        gaps = pd.Series(1.0, index=told.index).mask(told == told.iloc[0])
        yield Blow(replace(case, train=case.train.assign(**{feature: gaps})), gate, f"{feature} has gaps")


def _known_too_early(case: Case, feature: str) -> Iterator[Blow[None]]:
    """What is not known when a row is forecast: the next value, and a mean that reaches past the row."""
    rows = pd.concat([case.train, case.test], ignore_index=True).sort_values(str(case.spec.data.time))
    by = rows[case.spec.data.series] if case.spec.data.series else pd.Series(0, index=rows.index)
    each = rows[case.spec.data.targets[0]].groupby(by, sort=False)
    for told, column in {
        "the next value": each.shift(-1),
        "a mean that ends after the row": each.transform(lambda values: values.rolling(3, center=True).mean()),
    }.items():
        planted = rows.assign(**{feature: column}).sort_index()
        train, test = planted.iloc[: len(case.train)], planted.iloc[len(case.train) :]
        yield Blow(replace(case, train=train, test=test), None, f"{feature} is {told}")


def _no_rows(case: Case, gate: None) -> Iterator[Blow[None]]:
    yield Blow(replace(case, train=case.train.iloc[:0]), gate, "no training rows")


def _no_test_rows(case: Case, gate: None) -> Iterator[Blow[None]]:
    yield from _no_rows(case, gate)
    yield Blow(replace(case, test=case.test.iloc[:0]), gate, "no test rows")


def _trained_with(case: Case, rows: pd.DataFrame) -> Case:
    return replace(case, train=pd.concat([case.train, rows], ignore_index=True))


_BOTH_SIDES = Attack("too few rows", _no_test_rows)
ON_LEAK = (Attack("test rows in train", _leaked), Attack("judged on the training split", _trained_on), _BOTH_SIDES)
ON_NEAR = (Attack("near copies of test rows in train", _nearly_leaked), _BOTH_SIDES)
ON_TARGET = (Attack("a feature gives the target away", _target_given_away), Attack("too few rows", _no_rows))
