"""The balance of a split: its sides compared with what was asked for, and refused where one is empty or far off.

Rows that repeat, and groups, go to a side as one; where few of them hold most rows, chance may put any share there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.sides import evened, in_test_of, places
from mlops_spec.pipeline.tasks import TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from mlops_spec.spec import Spec
    from mlops_spec.spec.data import Split

_WHAT = {"hash": "contents", "group": "groups"}
_SALTS = 100  # that are tried for one to suggest
_CHANCE = 4.0  # standard deviations of rows drawn one by one
_RARELY = 0.75  # of those: 3 of them, which chance brings once in 370 splits
_SAID = 0.1  # of the share that was asked for


@dataclass(frozen=True)
class Balance:
    """What a split came to: the share of test rows asked for and got, and each class's share on either side."""

    asked: float
    got: float
    rows: int
    contents: int | None  # distinct ones that were drawn; None where nothing is drawn
    classes: dict[str, tuple[float, float]]  # in train and in test
    evened: bool = False  # placed so that the share holds, see `sides.evened`
    salted: str = ""  # what salt would do without that


def balance_of(spec: Spec, rows: pd.DataFrame, test: pd.Series, found: pd.Series | None) -> Balance:
    """Of the rows' sides; `found` is what they were drawn by, see `sides.places`."""
    shares = TARGETS[spec.task].shares
    train, taken = (shares(rows.loc[side, [*spec.data.targets]]) for side in (~test, test))
    classes = {name: (train.get(name, 0.0), taken.get(name, 0.0)) for name in {**train, **taken}}
    drawn = None if found is None else int(found.nunique())
    got = float(test.mean())
    asked = spec.data.split.test if spec.data.split.horizon is None else got  # a horizon is as many rows as it is
    return Balance(asked, got, len(rows), drawn, classes)


def divide(spec: Spec, rows: pd.DataFrame) -> tuple[pd.Series, Balance]:
    """Which rows are test rows, and what that came to; raises Failure when it is too far from what was asked."""
    split, found = spec.data.split, places(spec.data, rows)
    test = in_test_of(spec.data, rows, found)
    if uneven := found is not None and _far(split.test, float(test.mean())):
        test = evened(split, found)
    balance = replace(balance_of(spec, rows, test, found), evened=uneven)
    if wrong := _refusal(balance, split):
        raise Failure(
            f"the split {wrong}" + (f": the {_held(balance, split)}" if found is not None else ""),
            exit_code=Exit.FINDINGS,
            remedy=_better_salt(spec, rows, found)
            or "Ask for another `data.split.test`, or split by a column that says `train` or `test`.",
        )
    return test, replace(balance, salted=_better_salt(spec, rows, found) if uneven else "")


def deviations(balance: Balance, split: Split) -> Iterator[str]:
    """What is worth a word though the split stands."""
    if split.by == "column":
        return
    if balance.evened:
        yield (
            f"the {_held(balance, split)}, which were placed so that the share holds: a row may change sides when "
            f"others come. {balance.salted}".rstrip()
        )
    if abs(balance.got - balance.asked) > max(_SAID * balance.asked, _RARELY * _by_chance(balance.asked, balance.rows)):
        yield f"{balance.got:.1%} of the rows are test rows, where {balance.asked:.1%} were asked for"
    if not balance.classes:
        return
    name, (train, test) = max(balance.classes.items(), key=lambda item: abs(item[1][0] - item[1][1]))
    if abs(train - test) > max(_SAID * train, _RARELY * _spread_by_chance(balance, train)):
        yield f"class {name} is {train:.1%} of the training rows and {test:.1%} of the test rows"


def _refusal(balance: Balance, split: Split) -> str:
    asked, got = balance.asked, balance.got
    if split.by == "column":
        return ""
    if _far(asked, got) and abs(got - asked) > _by_chance(asked, balance.rows):
        return f"puts {got:.1%} of the rows into test, where {asked:.1%} were asked for"
    if split.by != "hash":
        return ""
    for name, (train, test) in balance.classes.items():
        if abs(train - test) > max(
            0.5 * min(max(train, test), 1 - min(train, test)), _spread_by_chance(balance, train)
        ):
            return f"makes class {name} {train:.1%} of the training rows and {test:.1%} of the test rows"
    return ""


def _far(asked: float, got: float) -> bool:
    return not asked / 2 <= got <= min(2 * asked, (1 + asked) / 2)


def _by_chance(share: float, rows: int) -> float:
    return float(_CHANCE * (share * (1 - share) / rows) ** 0.5)


def _spread_by_chance(balance: Balance, share: float) -> float:
    fewer = balance.rows * min(balance.got, 1 - balance.got)
    return float(_CHANCE * (max(share * (1 - share), 1 / balance.rows) / max(fewer, 1)) ** 0.5)


def _better_salt(spec: Spec, rows: pd.DataFrame, found: pd.Series | None) -> str:
    """A salt that gives the share, the first that does: chosen by nothing that a model could answer."""
    for salt in map(str, range(1, _SALTS + 1) if found is not None else ()):
        split = spec.data.split.model_copy(update={"salt": salt})
        test = in_test_of(spec.data.model_copy(update={"split": split}), rows, found)
        if 0 < test.mean() < 1:
            there = balance_of(spec, rows, test, found)
            if not _refusal(there, split) and abs(there.got - there.asked) <= 2 * _SAID * there.asked:
                return f'`data.split.salt: "{salt}"` would put {there.got:.1%} into test.'
    return ""


def _held(balance: Balance, split: Split) -> str:
    return f"{balance.rows:,} rows hold {balance.contents:,} different {_WHAT[split.by]}"
