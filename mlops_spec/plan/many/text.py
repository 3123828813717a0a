"""The plans of many models for people: one line for each that is touched and why, then what each would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.plan.text import as_text as plan_text
from mlops_spec.plan.text import cause, duration
from mlops_spec.words.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.plan.many import Affected, Plans, Removed

_MOST = 3  # causes of a model that a line tells; the JSON has all


def as_text(plans: Plans) -> str:
    """The plans in lines; nothing in them can steer a terminal."""
    lines = [headline(plans), *_rows(plans), *map(removal, plans.removed), *_broken(plans)]
    told = "\n".join(map(visible, lines)) + "\n"
    return "\n".join([told, *(plan_text(each.plan) for each in plans.affected)])


def headline(plans: Plans) -> str:
    """`2 of 12 models are touched, 1 trains, about 4 min · compared with 1b2c3d4e5f60`."""
    touched, training = len(plans.affected), [each for each in plans.affected if each.trains]
    trains = f"{len(training)} {'trains' if len(training) == 1 else 'train'}{_time(training)}"
    what = f"{touched or 'none'} of {plans.count} models {'is' if touched == 1 else 'are'} touched"
    return f"{what}{f', {trains}' if touched else ''} · {plans.base}"


def why(each: Affected) -> str:
    """The causes of a model in a line."""
    told = [f"was in {each.moved_from}"] if each.moved_from else []
    told += map(cause, each.causes[:_MOST])
    more = len(each.causes) - _MOST
    return " · ".join([*told, *([f"and {more} more"] if more > 0 else [])])


def removal(each: Removed) -> str:
    """What becomes of a model that is no more."""
    where = f" ({each.folder})" if each.folder else ""
    live = ", ".join(f"{version} in {place}" for place, version in each.live)
    stays = f"live: {live}; it stays live until its agent is started with --retire {each.model}"
    left = stays if live else "nothing of it is live"
    return f"- {each.model}{where} is removed: {left}"


def _time(training: list[Affected]) -> str:
    known = [each.plan.seconds for each in training if each.plan.seconds is not None]
    if not known:
        return ""
    unknown = len(training) - len(known)
    return f", about {duration(sum(known))}{f' and {unknown} that no run tells of' if unknown else ''}"


def _rows(plans: Plans) -> Iterator[str]:
    width = max((len(each.model) for each in plans.affected), default=0)
    for each in plans.affected:
        yield f"{'~' if each.trains else ' '} {each.model:{width}}  {why(each)}"


def _broken(plans: Plans) -> Iterator[str]:
    for folder, failure in plans.broken:
        first, *rest = failure.message.splitlines()
        yield f"! {folder}: {first}{f' (and {len(rest)} more)' if rest else ''}"
