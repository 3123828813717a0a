"""The model card of a release: the declared card, with what was measured in its metadata and at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from mlops_spec import model_folder
from mlops_spec.document import safe_yaml
from mlops_spec.errors import Failure
from mlops_spec.release.card import cost, simple
from mlops_spec.release.card.brier import told
from mlops_spec.release.card.metadata import model_index
from mlops_spec.render.scalars import markdown_text
from mlops_spec.spec.measures import measured_by_label, measured_by_target

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mlops_spec.integrity.shapes import Measured, SimpleModel, Slice
    from mlops_spec.ledger.record import GateResult
    from mlops_spec.release.card.evidence import Evidence

_FENCE = "---\n"
_KEY = "model-index"
_SIGNS = {">=": "≥", "<=": "≤", ">": "\\>", "<": "\\<", "=": "="}


def measured_card(declared: str, evidence: Evidence) -> str:
    """The card as the release carries it; whatever the declared one says stays as it is.

    Raises:
        Failure: the declared card's metadata is no YAML, or names results already.
    """
    front, body = _metadata_and_body(declared)
    index = model_index(evidence)
    results = yaml.safe_dump({_KEY: index}, sort_keys=False, allow_unicode=True, width=1000) if index else ""
    return f"{_FENCE}{front}{results}{_FENCE}{body.rstrip()}\n\n" + "\n".join(_section(evidence)) + "\n"


def _metadata_and_body(declared: str) -> tuple[str, str]:
    opening, fence, rest = declared.partition(_FENCE)
    front, end, body = rest.partition(f"\n{_FENCE}")
    if opening or not fence or not end:
        return "", f"\n{declared}"
    try:
        known = safe_yaml.load(front)
    except yaml.YAMLError as error:
        raise Failure(f"{model_folder.CARD}: its metadata is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(known, dict | None) or _KEY in (known or {}):
        raise Failure(
            f"{model_folder.CARD}: its metadata must be a mapping without `{_KEY}`, which holds what releases measure",
            remedy="correct the card's overlay in .mlops/overlays",
        )
    return f"{front}\n", body


def _section(evidence: Evidence) -> Iterator[str]:
    evaluation, confidence = evidence.evaluation, evidence.spec.evaluate.confidence
    yield "## Measured"
    yield ""
    yield from _origin(evidence)
    yield f"On {evaluation.rows:,} test rows, with intervals at {confidence:.4g} confidence:"
    yield ""
    beside = evaluation.simple_model
    yield from _table(
        ("measure", "value", "interval", *simple.header(beside)),
        ((*_row(name, each), *_simpler(beside, name)) for name, each in evaluation.measures.items()),
    )
    for sentence in filter(
        None, (told(evaluation.calibration), simple.told(beside, markdown_text), cost.told(evaluation.cost))
    ):
        yield from ("", sentence)
    yield from ("", "### Gates", "")
    yield from _table(("gate", "verdict", "value", "interval", "bound"), map(_gate, evidence.bundle.gates))
    if evaluation.targets:
        yield from ("", "### By target", "")
        yield from _slices(evaluation.targets, measured_by_target(evidence.spec))
    if evaluation.labels:
        yield from ("", "### By label, of the rows that have it", "")
        yield from _slices(evaluation.labels, measured_by_label(evidence.spec))
    if evaluation.refit is not None:
        yield from ("", "### Trained anew at each origin", "")
        yield f"Gates judge the one model that answers all folds. With {evaluation.refit.trainings:,} more trainings:"
        yield ""
        yield from _table(
            ("measure", "value", "interval"), (_row(name, each) for name, each in evaluation.refit.measures.items())
        )
    if evaluation.quantiles:
        yield from ("", "### By quantile", "")
        yield from _table(
            ("quantile", "pinball loss", "values at or below it"),
            ((f"{each.level:g}", _number(each.pinball), f"{each.below:.1%}") for each in evaluation.quantiles),
        )
    for column, values in evaluation.slices.items():
        yield from ("", f"### By {markdown_text(column)}", "")
        yield from _slices(values, list(evaluation.measures))


def _origin(evidence: Evidence) -> Iterator[str]:
    against = evidence.bundle.against
    if evidence.version:
        yield f"- Version: {evidence.version}"
    yield f"- Package: {evidence.bundle.digest}"
    yield f"- Commit: {evidence.bundle.commit}"
    if against:
        rival = f"{against.version or against.digest} in {against.environment}"
        yield f"- Compared with: {markdown_text(rival)}"
    yield f"- Data: {evidence.manifest.data.rows:,} rows, sha256:{evidence.manifest.data.sha256}"
    yield ""


def _row(name: str, found: Measured) -> tuple[str, ...]:
    ends = _interval(found.low, found.high)
    return markdown_text(name), _number(found.value), ends or markdown_text(found.reason or "")


def _simpler(beside: SimpleModel | None, name: str) -> tuple[str, ...]:
    if beside is None or beside.kind is None:
        return ()
    one = beside.measures.get(name)
    return (_number(one.linear), _number(one.constant)) if one else ("", "")


def _gate(gate: GateResult) -> tuple[str, ...]:
    verdict = gate.verdict + (f", waived until {gate.waived_until}" if gate.waived_until else "")
    if gate.accepted:
        verdict += f", accepted by {markdown_text(gate.accepted.login)}: {markdown_text(gate.accepted.text)}"
    bound = f"{_SIGNS[gate.bound.op]} {_number(gate.bound.value)}" if gate.bound else ""
    return markdown_text(gate.id), verdict, _number(gate.value), _interval(gate.low, gate.high), bound


def _slices(values: Mapping[str, Slice], metrics: Sequence[str]) -> Iterator[str]:
    yield from _table(
        ("value", "rows", *map(markdown_text, metrics)), (_slice(*item, metrics) for item in values.items())
    )


def _slice(value: str, found: Slice, metrics: Sequence[str]) -> tuple[str, ...]:
    return markdown_text(value), f"{found.rows:,}", *(_cell(found, metric) for metric in metrics)


def _cell(found: Slice, metric: str) -> str:
    each = found.measures.get(metric)
    if each is None or each.value is None:
        return "undefined"
    return " ".join(filter(None, (_number(each.value), _interval(each.low, each.high, "({})"))))


def _number(value: float | None) -> str:
    if value is None:
        return "undefined"
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"


def _interval(low: float | None, high: float | None, form: str = "{}") -> str:
    return "" if low is None or high is None else form.format(f"{_number(low)} … {_number(high)}")


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heading)} |"
    yield "|---" * len(heading) + "|"
    yield from (f"| {' | '.join(cells)} |" for cells in rows)
