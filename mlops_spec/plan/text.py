"""A plan for people: what will run and why, what else changes, which guards got weaker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.words.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.plan import Cause, FileChange, Plan, StagePlan, Touched

_MOST = 5  # causes of a stage that are told; the JSON has all
_SIGNS = {"added": "+", "changed": "~", "removed": "-"}


def as_text(plan: Plan) -> str:
    """The plan in lines; nothing in it can steer a terminal."""
    blocks = [[headline(plan)], [*_stages(plan)], [*_rest(plan)]]
    return "\n\n".join("\n".join(map(visible, lines)) for lines in blocks if lines) + "\n"


def headline(plan: Plan) -> str:
    """`credit-default: 3 of 5 stages will run, about 4 min (median of the last 8 runs)`."""
    running = sum(stage.runs for stage in plan.stages)
    if not running:
        return f"{plan.model}: nothing will run" if plan.changes else f"{plan.model}: no changes"
    since = f"compared with {plan.base.release}" if plan.base.release else "there is no release yet"
    return f"{plan.model}: {running} of {len(plan.stages)} stages will run, {_time(plan)} · {since}"


def _time(plan: Plan) -> str:
    if plan.seconds is None:
        return "time unknown (no past run tells)"
    time = duration(plan.seconds)
    past = "as the last run" if plan.past_runs == 1 else f"median of the last {plan.past_runs} runs"
    return f"about {time} ({past})"


def duration(seconds: float) -> str:
    """`4 min`, `80 s`."""
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


def _stages(plan: Plan) -> Iterator[str]:
    width = max((len(stage.name) for stage in plan.stages), default=0)
    for stage in plan.stages:
        yield f"{'~' if stage.runs else ' '} {stage.name:{width}}  {_causes_in_words(stage)}"


def _causes_in_words(stage: StagePlan) -> str:
    causes = [each for each in stage.causes if each.kind != "after"] or stage.causes
    more = [f"and {len(causes) - _MOST} more"] if len(causes) > _MOST else []
    return " · ".join([*map(cause, causes[:_MOST]), *more]) or "unchanged"


def cause(it: Cause) -> str:
    """One cause: `train.params.learning_rate 0.08 → 0.05`."""
    if it.kind == "first":
        return "first run"
    shown = {
        "after": f"after {it.what}",
        "param": f"{it.what} {_value(it.before)} → {_value(it.after)}",
        "command": f"command {it.before} → {it.after}",
        "input": f"{it.what} {_input(it)}",
        "output": f"{it.what} {'written no more' if it.after is None else 'written too'}",
        "package": f"package {it.what} {_package(it)}",
        "model": f"new: {it.after}",
        "rendered": f"file {it.what} {it.after}",
    }
    return shown.get(it.kind, f"{it.kind} {it.what} {it.after}")


def _value(shown: str | None) -> str:
    return "(not set)" if shown is None else shown


def _package(it: Cause) -> str:
    if it.before == it.after:
        return f"{it.after} (other files)"
    return f"{it.before or '(none)'} → {it.after or '(none)'}"


def _input(it: Cause) -> str:
    if it.added is not None and it.removed is not None:
        return _lines(it.added, it.removed)
    if it.before and it.after:
        return f"{it.before:.7} → {it.after:.7}" if it.before != "there" else "changed"
    if it.before is None and it.after is None:
        return "changed"
    return "read no more, or missing" if it.after is None else "read too"


def _lines(added: int, removed: int) -> str:
    return f"(+{added} −{removed})"


def _rest(plan: Plan) -> Iterator[str]:
    rows = [
        *_rows("files", [_file(each) for each in plan.files]),
        *_rows("gates", [_gates(plan), *map(_touched, plan.gates)]),
        *_rows("environments", list(map(_touched, plan.environments))),
    ]
    yield from (f"{name:13} {text}".rstrip() for name, text in rows)
    for each in plan.weakened:
        yield f"! weakened    {each.where} {each.what}"
    if plan.weakened:
        yield f"              needs {', '.join(plan.guardians)} (CODEOWNERS)"
    if plan.base.problem:
        yield f"! not compared: {plan.base.problem}"


def _gates(plan: Plan) -> str:
    against = f", judged against {' and '.join(plan.champions)}" if plan.champions else ""
    return f"{plan.gate_count}{against}"


def _rows(name: str, texts: list[str]) -> Iterator[tuple[str, str]]:
    for place, text in enumerate(texts):
        yield (name if place == 0 else ""), text


def _file(change: FileChange) -> str:
    stale = ", not rendered yet: mlops-spec render" if change.stale else ""
    return f"{_SIGNS[change.change]} {change.path} {_lines(change.added, change.removed)}{stale}"


def _touched(it: Touched) -> str:
    return f"{_SIGNS[it.change]} {it.name}{': ' if it.keys else ''}{', '.join(it.keys)}"
