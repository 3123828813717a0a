"""Giveaways other than copied rows: test rows that are nearly in train, and features that are the target.

Apart from `leak`, which splitting needs: this loads the evidence.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from mlops_spec.pipeline.leak import content
from mlops_spec.pipeline.sides import places
from mlops_spec.pipeline.steps import keys_of
from mlops_spec.spec.features import is_evident
from mlops_spec.spec.tasks import TASKS
from mlops_validators.arrays import MULTICLASS
from mlops_validators.categories import categories
from mlops_validators.joint_leaks import revealing_pairs
from mlops_validators.leak import Twins, near_twins
from mlops_validators.oversampled import FEWEST_ROWS, rows_between
from mlops_validators.target_encodings import encodings
from mlops_validators.target_leaks import TOO_GOOD, Revealing, revealing
from mlops_validators.text_parts import text_parts
from mlops_validators.time_leaks import Timed, too_early

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.spec import Spec
    from mlops_spec.spec.data import Data
    from mlops_validators.arrays import Task

_ROWS_A_CLASS = 10  # that texts have on average which are classes
_WINDOW = 14  # steps of a mean that is found out, of seasons that are shorter


def near_rows(data: Data, train: pd.DataFrame, test: pd.DataFrame) -> tuple[Twins, ...]:
    """Rows that are alike but for some columns, numbers to three digits, and how they lie; see `near_twins`.

    Raises ValueError when a side has no rows or lacks a column.
    """
    names = content(data, train)
    if absent := set(names) - set(test.columns):
        raise ValueError(f"the test rows have no column {', '.join(sorted(absent))}")
    old, new = ({name: _as_evidence(side[name]) for name in names} for side in (train, test))
    return near_twins(old, new, together=_drawing_codes(data, train, test))


def _drawing_codes(data: Data, train: pd.DataFrame, test: pd.DataFrame) -> tuple[np.ndarray, np.ndarray] | None:
    """Numbers of what the split draws by; None where it draws nothing."""
    sides = [places(data, side) for side in (train, test)]
    if any(side is None for side in sides):
        return None
    codes = pd.factorize(pd.concat(sides))[0]
    return codes[: len(train)], codes[len(train) :]


def made_rows(spec: Spec, train: pd.DataFrame, test: pd.DataFrame) -> int:
    """How many rows, of a sample, lie exactly between two of which one is on the other side; see `rows_between`."""
    targets = [*spec.data.targets]
    numeric = [name for name in content(spec.data, train) if name not in targets and train[name].dtype.kind in "iuf"]
    if not numeric:
        return 0
    rows = pd.concat([each[[*numeric, *targets]] for each in (train, test)], ignore_index=True)
    kind: np.ndarray = np.zeros(len(rows), dtype=np.intp)
    if TASKS[spec.task].of_classes:
        kind = rows.groupby(targets, dropna=False).ngroup().to_numpy(dtype=np.intp)
    found, _ = rows_between(rows[numeric].to_numpy(dtype=np.float64), kind, np.arange(len(rows)) >= len(train))
    return found if found >= FEWEST_ROWS else 0


def encoded_features(spec: Spec, train: pd.DataFrame, test: pd.DataFrame) -> list[Revealing]:
    """The features that were made of the target of a few rows on both sides; see `encodings`."""
    rows = pd.concat([train, test], ignore_index=True)
    if rows[[*spec.data.targets]].isna().any(axis=None):
        return []
    features = {str(name): _as_evidence(rows[name]) for name in train.columns if is_evident(spec, str(name))}
    keys = {
        name: _as_evidence(rows[name])
        for name in map(str, train.columns)
        if name not in (*spec.data.targets, spec.data.id) and rows[name].dtype.kind not in "fmM"
    }
    return [
        _named(spec, target, found)
        for target in spec.data.targets
        if (asked := _asked(spec, rows[target])) is not None
        for found in encodings(features, keys, asked.truth, asked.task)
    ]


def early_features(spec: Spec, train: pd.DataFrame, test: pd.DataFrame) -> list[Revealing]:
    """The features of a forecast that know what is not known when it is made; see `too_early`.

    Raises ValueError when there are no rows, or times that are no steps.
    """
    if train.empty or test.empty:
        raise ValueError(f"there are no {'training' if train.empty else 'test'} rows")
    rows, data = pd.concat([train, test], ignore_index=True), spec.data
    timed = Timed(rows[data.targets[0]].to_numpy(dtype=np.float64), *keys_of(data, rows))
    features = {
        str(name): rows[name].to_numpy(dtype=np.float64, na_value=np.nan)
        for name in rows.columns
        if is_evident(spec, str(name)) and rows[name].dtype.kind in "iuf"
    }
    ahead, season = (data.horizon_steps or 1) + (data.gap_steps or 0), data.season_steps or 1
    window = max(2 * season, _WINDOW)
    return too_early(features, timed, ahead=ahead, season=season, window=window, seed=spec.train.seed)


class _Asked(NamedTuple):
    """A column of the target as what it is alone: numbers, or the codes of classes."""

    truth: np.ndarray
    task: Task


def _asked(spec: Spec, target: pd.Series) -> _Asked | None:
    """Of classes of a binary task the positive one is the last; None for texts of which each is nearly alone."""
    task = TASKS[spec.task]
    if task.has("positive") and spec.data.positive is not None:
        return _Asked((target == spec.data.positive).to_numpy(dtype=np.intp), task.alone)
    if task.of_classes:
        return _Asked(categories(target.to_numpy()).codes, task.alone)
    if target.dtype.kind in "iufmM":
        return _Asked(_as_evidence(target), task.alone)
    codes = categories(target.to_numpy()).codes
    return _Asked(codes, MULTICLASS) if len(codes) >= _ROWS_A_CLASS * (codes.max(initial=0) + 1) else None


def revealing_features(spec: Spec, train: pd.DataFrame) -> list[Revealing]:
    """The features that predict a target of the training rows as only a leak does, best first: alone, by a part of
    their text, or two together.

    Raises ValueError when the model sees no feature, or a target is constant or missing.
    """
    features = {str(name): _as_evidence(train[name]) for name in train.columns if is_evident(spec, str(name))}
    if not features:
        raise ValueError("the model sees no column of the training rows")
    for name in spec.data.targets:
        if missing := int(train[name].isna().sum()):
            raise ValueError(f"`{name}` is missing in {missing:,} training rows")
    return [
        _named(spec, name, found) for name in spec.data.targets for found in _revealing(spec, features, train[name])
    ]


def _named(spec: Spec, target: str, found: Revealing) -> Revealing:
    """What is found, with the target that it tells where there are several."""
    if len(spec.data.targets) == 1:
        return found
    return replace(found, why=found.why.replace("the target", f"the target `{target}`", 1))


def _revealing(spec: Spec, features: Mapping[str, np.ndarray], target: pd.Series) -> list[Revealing]:
    asked = _asked(spec, target)
    if asked is None:
        return _copies(features, target)
    parts, text_of = dict[str, np.ndarray](), dict[str, str]()
    for name, column in features.items():
        for called, part in text_parts(column).items():
            parts[f"{name}, {called}"], text_of[f"{name}, {called}"] = part, name
    one_by_one = revealing({**features, **parts}, *asked)
    told = {text_of.get(one.column, one.column) for one in one_by_one}
    rest = {name: column for name, column in features.items() if name not in told}
    return [*_most_telling_per_text(one_by_one, text_of), *revealing_pairs(rest, *asked)]


def _copies(features: Mapping[str, np.ndarray], target: pd.Series) -> list[Revealing]:
    """The features that say the target, letter by letter, in nearly all rows."""
    told = target.astype(str).to_numpy()
    shares = {name: float(np.mean(column.astype(str) == told)) for name, column in features.items()}
    found = [Revealing(name, share, f"is the target in {share:.1%} of the rows") for name, share in shares.items()]
    return sorted((each for each in found if each.score >= TOO_GOOD), key=lambda each: -each.score)


def _most_telling_per_text(found: list[Revealing], text_of: Mapping[str, str]) -> list[Revealing]:
    whole = {one.column for one in found if one.column not in text_of}
    best = {text_of[one.column]: one for one in reversed(found) if one.column in text_of}
    return [
        one
        for one in found
        if one.column in whole or (best[text_of[one.column]] is one and text_of[one.column] not in whole)
    ]


def _as_evidence(column: pd.Series) -> np.ndarray:
    if column.dtype.kind not in "mM":
        return column.to_numpy()
    return np.asarray(column.astype("int64").astype("float64").mask(column.isna()).to_numpy())
