"""The plans of many models for a job's summary and a pull request: one table, and each model's plan folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.plan.many.text import headline, removal, why
from mlops_spec.plan.text import as_text, duration
from mlops_spec.words.markdown import block, html_code, prose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.plan.many import Affected, Plans

_MOST = 40  # models that are folded; GitHub cuts a summary off at 1 MiB, a comment at 65,536 characters


def as_markdown(plans: Plans) -> str:
    """A heading that says how much is at stake, the table, what is removed or broken, and the plans."""
    weakened = sum(len(each.plan.weakened) for each in plans.affected)
    stake = f": {weakened} guard{'' if weakened == 1 else 's'} weakened" if weakened else ""
    lines = [f"### Plan{stake}", "", prose(headline(plans)), "", *_table(plans), *_besides(plans)]
    for each in plans.affected[:_MOST]:
        lines += ["", *_folded(each)]
    if len(plans.affected) > _MOST:
        lines += ["", f"The plans of {len(plans.affected) - _MOST} more models are in `plan.json`."]
    return "\n".join(lines) + "\n"


def _table(plans: Plans) -> Iterator[str]:
    if plans.affected:
        yield from ("| Model | Trains | Why |", "|---|---|---|")
    for each in plans.affected:
        yield f"| {prose(each.model)} | {_trains(each)} | {prose(why(each))} |"


def _trains(each: Affected) -> str:
    if not each.trains:
        return "no"
    return "yes" if each.plan.seconds is None else f"yes, about {duration(each.plan.seconds)}"


def _besides(plans: Plans) -> Iterator[str]:
    if plans.removed or plans.broken:
        yield ""
    yield from (f"- {prose(removal(each)[2:])}" for each in plans.removed)
    for folder, failure in plans.broken:
        yield f"- {prose(str(folder))} can't be planned: {prose(failure.message.splitlines()[0])}"


def _folded(each: Affected) -> Iterator[str]:
    yield f"<details><summary>{html_code(each.model)}</summary>"
    yield from ("", block(as_text(each.plan)), "", "</details>")
