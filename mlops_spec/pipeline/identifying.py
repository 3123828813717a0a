"""Columns that identify rather than describe: they name the row itself, whom it is about, or when it was.

Drawn by lot, rows of one customer come to lie on both sides of a split, and what the model learns of the customer in
train it knows in the test. A row's own number and its time are not known of tomorrow's rows either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec.pipeline.leak import content
from mlops_spec.regex import regex
from mlops_spec.spec.features import is_evident

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from mlops_spec.spec import Spec

_WHOM = regex(
    r"(^|_)(customer|client|user|patient|subject|account|household|family|person|member|employee|student|driver|device|"
    r"machine|vehicle|card|merchant|vendor|supplier|store|seller|visitor|session|participant|respondent)s?"
    r"(_?(id|no|nr|num|number|key|code|name|uuid))?$"
)
_ROW = regex(r"(^|_)(id|uuid|guid|key|nr|row|index|serial|rownames?)$|[a-z]_(no|num|number)$")
_NUMBERED = regex(r"[A-Za-z]{0,5}[-_:#]?[0-9]{2,}|[0-9a-fA-F]{8}-?[0-9a-fA-F-]{8,}")
_DATE = regex(r"[0-9]{4}-[0-9]{2}(-[0-9]{2}([ T].*)?)?")
_FEWEST = 20  # values
_REPEATS = (1.2, 100.0)  # rows to a value, where values name somebody
_PAIRS = 1000
_ALWAYS, _SELDOM = 0.98, 0.5  # equal among rows of one value, and among any
_LOOKED_AT = 1000


def shared_names(spec: Spec, train: pd.DataFrame, test: pd.DataFrame) -> Iterator[str]:
    """What to say of each column that names whom rows are about, of which many are on both sides."""
    rows = pd.concat([train, test], ignore_index=True)[content(spec.data, train)].drop(columns=[*spec.data.targets])
    rows = rows.drop_duplicates(ignore_index=True)
    for name in _columns_naming_somebody(rows):
        old, new = (set(side[name].dropna().unique()) for side in (train, test))
        if both := len(old & new):
            yield f"`{name}` names whom a row is about, and {both:,} of its {len(old | new):,} values are on both sides"


def features_that_name(spec: Spec, train: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """The features that name a row or its time, and what to say of each."""
    for name in map(str, train.columns):
        if not is_evident(spec, name):
            continue
        known = train[name].dropna()
        if _is_time(known):
            yield name, "is a time, and the split by lot tests no later one than was trained on"
        elif _names_rows(name, known):
            yield name, "names each row, and no row of tomorrow has such a name"


def _is_time(known: pd.Series) -> bool:
    if pd.api.types.is_datetime64_any_dtype(known):
        return known.nunique() >= _FEWEST
    return pd.api.types.is_string_dtype(known) and _all_match(known, _DATE) and known.nunique() >= _FEWEST


def _names_rows(name: str, known: pd.Series) -> bool:
    if len(known) < _FEWEST or not known.is_unique:
        return False
    if _whole(known):
        return bool(known.max() - known.min() < 2 * len(known)) or bool(_ROW.search(name.lower()))
    return pd.api.types.is_string_dtype(known) and (bool(_ROW.search(name.lower())) or _all_match(known, _NUMBERED))


def _columns_naming_somebody(rows: pd.DataFrame) -> list[str]:
    shuffled = rows.sample(frac=1, random_state=0)  # neighbours in a file are alike
    codes = np.column_stack([pd.factorize(shuffled[name])[0] for name in rows]) if len(rows.columns) else np.empty(0)
    named = []
    for place, name in enumerate(map(str, rows.columns)):
        known = rows[name].dropna()
        if not (_whole(known) or pd.api.types.is_string_dtype(known)) or not _comes_back(known) or _is_time(known):
            continue
        texts = pd.api.types.is_string_dtype(known)
        called = any(pattern.search(name.lower()) for pattern in (_WHOM, _ROW))
        if called or (texts and _all_match(known, _NUMBERED)) or _count_of_determined(codes, place) >= 2:
            named.append(name)
    return named


def _comes_back(known: pd.Series) -> bool:
    values = known.nunique()
    return values >= _FEWEST and _REPEATS[0] <= len(known) / values <= _REPEATS[1]


def _count_of_determined(codes: np.ndarray, place: int) -> int:
    alike = _share_of_equal_pairs(codes, place)
    anyhow = np.mean(codes[_some(len(codes))] == codes[_some(len(codes), seed=1)], axis=0)
    follow = np.flatnonzero((alike >= _ALWAYS) & (anyhow <= _SELDOM))
    return sum(_share_of_equal_pairs(codes, other)[place] <= _SELDOM for other in follow.tolist() if other != place)


def _share_of_equal_pairs(codes: np.ndarray, place: int) -> np.ndarray:
    order = np.argsort(codes[:, place], kind="stable")
    pairs = np.flatnonzero((np.diff(codes[order, place]) == 0) & (codes[order[1:], place] >= 0))
    if len(pairs) < _FEWEST:
        return np.zeros(codes.shape[1])
    some = pairs[_some(len(pairs))]
    return np.asarray(np.mean(codes[order[some]] == codes[order[some + 1]], axis=0))


def _some(rows: int, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, rows, _PAIRS)


def _whole(known: pd.Series) -> bool:
    if pd.api.types.is_bool_dtype(known) or not pd.api.types.is_numeric_dtype(known):
        return False
    return pd.api.types.is_integer_dtype(known) or bool((known % 1 == 0).all())


def _all_match(known: pd.Series, pattern: re.Pattern[str]) -> bool:
    return len(known) > 0 and all(pattern.fullmatch(str(value).strip()) for value in known.iloc[:_LOOKED_AT])
