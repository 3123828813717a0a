"""Attacks on the gates against leaks: test rows in train, exact and nearly, and a feature that is the target."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from mlops_spec.pipeline.drill.attack import Attack, Blow, draw
from mlops_spec.pipeline.giveaways import near_rows
from mlops_spec.pipeline.leak import content
from mlops_spec.spec.features import is_feature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.pipeline.drill.target import Target
    from mlops_spec.pipeline.gates.case import Case

_FEWEST = 12  # copies, which chance gives a test of half of the rows less than once in 1,000 splits
_HOPELESS = 0.9  # of the training rows have twins: then near copies can't be told from chance, nor does the gate try


def _leaked(case: Case, target: Target) -> Iterator[Blow]:
    yield Blow(_trained_with(case, case.test.head(1)), target, "one row")
    yield Blow(_trained_with(case, case.test), target, "all rows")


def _trained_on(case: Case, target: Target) -> Iterator[Blow]:
    yield Blow(replace(case, test=case.train), target)


def _nearly_leaked(case: Case, target: Target) -> Iterator[Blow]:
    """Test rows with another row's value in one column: a tenth of them; more of few, or where chance makes twins."""
    chance = near_rows(case.spec.data, case.train, case.test).expected
    if chance > _HOPELESS:
        return
    changeable = [name for name in content(case.spec.data, case.test) if name != case.spec.data.target]
    share = max(0.1 + 2 * chance, _FEWEST / len(case.test))
    some = case.test.sample(frac=min(1.0, share), random_state=case.spec.train.seed)
    changed = max(changeable, key=lambda name: some[name].nunique())
    copies = some.assign(**{changed: draw(case).permutation(some[changed].to_numpy())})
    yield Blow(_trained_with(case, copies), target, f"{changed} changed")


def _target_told(case: Case, target: Target) -> Iterator[Blow]:
    """A feature that is the target, and one that is missing in one class."""
    feature = next((name for name in case.train.columns if is_feature(case.spec, str(name))), None)
    if feature is None:
        return
    told = case.train[case.spec.data.target]
    yield Blow(replace(case, train=case.train.assign(**{feature: told})), target, f"{feature} is the target")
    if case.spec.task != "regression":
        gaps = pd.Series(1.0, index=told.index).mask(told == told.iloc[0])
        yield Blow(replace(case, train=case.train.assign(**{feature: gaps})), target, f"{feature} has gaps")


def _no_rows(case: Case, target: Target) -> Iterator[Blow]:
    yield Blow(replace(case, train=case.train.iloc[:0]), target, "no training rows")


def _no_test_rows(case: Case, target: Target) -> Iterator[Blow]:
    yield from _no_rows(case, target)
    yield Blow(replace(case, test=case.test.iloc[:0]), target, "no test rows")


def _trained_with(case: Case, rows: pd.DataFrame) -> Case:
    return replace(case, train=pd.concat([case.train, rows], ignore_index=True))


_BOTH_SIDES = Attack("too few rows", _no_test_rows)
ON_LEAK = (Attack("test rows in train", _leaked), Attack("judged on the training split", _trained_on), _BOTH_SIDES)
ON_NEAR = (Attack("near copies of test rows in train", _nearly_leaked), _BOTH_SIDES)
ON_TARGET = (Attack("a feature gives the target away", _target_told), Attack("too few rows", _no_rows))
