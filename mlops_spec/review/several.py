"""The one comment on a pull request that touches several models: a table of all, and each model's evidence folded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from mlops_spec.errors import Exit, Failure
from mlops_spec.plan import Cause, Plan
from mlops_spec.plan.text import as_text, cause
from mlops_spec.review.comment import plan_in
from mlops_spec.review.markdown import as_markdown, headline
from mlops_spec.review.report import load_json
from mlops_spec.spec.base import ModelName
from mlops_spec.words.markdown import block, html_code, prose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlops_spec.review.evidence import Evidence
    from mlops_spec.review.report import Received

_LARGEST = 60_000  # characters; GitHub takes 65,536
_PLAN_BYTES = 8_000_000
_TABLE = 40_000  # of them for the table
_CAUSES = 3
_SIGNS = {"pass": "✅", "fail": "❌", "inconclusive": "⚠️"}


@dataclass(frozen=True)
class Planned:
    """A model as the plan of a pull request has it."""

    model: str
    trains: bool
    causes: tuple[Cause, ...]
    plan: Plan


def planned_in(file: Received) -> tuple[Planned, ...]:
    """The models of a plan that a stranger wrote; raises Failure (1) where it is no plan of many models."""
    record = load_json(file.path, _PLAN_BYTES, file.digest)
    try:
        entries: list[Mapping[str, Any]] = record["models"]
        return tuple(
            Planned(
                _NAME.validate_python(each["model"]),
                each["trains"] is True,
                _CAUSES_OF.validate_python(each["causes"]),
                plan_in(each["plan"], file.path),
            )
            for each in entries
        )
    except (ValidationError, KeyError, TypeError, AttributeError) as error:
        raise Failure(
            f"{file.path} is no plan of many models", exit_code=Exit.FINDINGS, remedy="`mlops-spec plan` writes it."
        ) from error


_NAME: TypeAdapter[str] = TypeAdapter(ModelName)
_CAUSES_OF: TypeAdapter[tuple[Cause, ...]] = TypeAdapter(tuple[Cause, ...])


def comment_on_several(planned: Sequence[Planned], evidence: Sequence[Evidence], *more: str) -> str:
    """The comment's text: what did not pass comes first, and what does not fit is counted.

    Without evidence it says what will be trained.
    """
    by_model = {each.model: each for each in evidence}
    ordered = sorted(planned, key=lambda each: (_is_fine(by_model.get(each.model)), not each.trains, each.model))
    end = "\n\n".join(filter(None, more))
    body = "\n".join([_headline(planned, evidence), "", *_table(ordered, by_model)])
    left = 0
    for each in ordered:
        part = _folded(each, by_model.get(each.model))
        if len(body) + len(part) + len(end) > _LARGEST:
            left += 1
        else:
            body += f"\n\n{part}"
    if left:
        body += f"\n\nThe evidence of {left} more models is in the run's artifacts: it does not fit here."
    return f"{body}\n\n{end}".rstrip("\n") + "\n"


def _is_fine(evidence: Evidence | None) -> bool:
    return evidence is None or not evidence.lack


def _headline(planned: Sequence[Planned], evidence: Sequence[Evidence]) -> str:
    trained = sum(each.trains for each in planned)
    touched = f"{len(planned)} model{'' if len(planned) == 1 else 's'} touched"
    if not evidence:
        return f"### {touched}, {trained} to train"
    lacking = sum(bool(each.lack) for each in evidence)
    sign = "❌" if lacking else "✅"
    return f"### {sign} {len(evidence) - lacking} of {len(evidence)} trained models pass · {touched}"


def _table(planned: Sequence[Planned], evidence: Mapping[str, Evidence]) -> Iterator[str]:
    yield from ("| model | trains | why | verdict |", "|---|---|---|---|")
    left = _TABLE
    for place, each in enumerate(planned):
        row = _row(each, evidence.get(each.model))
        left -= len(row) + 1
        if left < 0:
            yield f"\n{len(planned) - place} more models are touched: `plan.json` has all."
            return
        yield row


def _row(planned: Planned, evidence: Evidence | None) -> str:
    why = " · ".join(prose(cause(one)) for one in planned.causes[:_CAUSES])
    more = f" · and {len(planned.causes) - _CAUSES} more" if len(planned.causes) > _CAUSES else ""
    cells = (planned.model, "yes" if planned.trains else "no", f"{why}{more}", _verdict(evidence))
    return f"| {' | '.join(cells)} |"


def _verdict(evidence: Evidence | None) -> str:
    if evidence is None:
        return ""
    if evidence.lack:
        return f"❌ {prose(evidence.lack[:200])}"
    assert evidence.review is not None
    waits = " · waits for an approver's word" if any(one.waits for one in evidence.review.gates) else ""
    return f"{_SIGNS[evidence.review.verdict]} {evidence.review.verdict}{waits}"


def _folded(planned: Planned, evidence: Evidence | None) -> str:
    parts = [block(as_text(planned.plan))]
    title = html_code(planned.model)
    if evidence and evidence.report and evidence.review:
        title = html_code(headline(evidence.report, evidence.review))
        parts.insert(0, as_markdown(evidence.report, evidence.review).rstrip("\n"))
    return "\n\n".join([f"<details><summary>{title}</summary>", *parts, "</details>"])
