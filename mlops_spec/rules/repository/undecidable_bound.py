"""The rows can decide what a gate asks.

A slice that had fewer rows than its gate asks for was inconclusive, and is so again. And where the interval of a
measure is wider than what lies between the bound and a perfect model, no model passes by it, however good it is. The
last run on this machine says how many rows there were, and how wide the intervals.

Bad:

    evaluate: {slices: [region]}
    gates:
      - metric: roc_auc
        min: 0.75
      - slice: region
        metric: roc_auc
        min: 0.7
        min_rows: 500
    # build/evaluate/evaluation.json
    {"measures": {}, "slices": {"region": {"north": {"rows": 2100}, "south": {"rows": 140}}}}

Good:

    evaluate: {slices: [region]}
    gates:
      - metric: roc_auc
        min: 0.75
      - slice: region
        metric: roc_auc
        min: 0.7
        min_rows: 100
    # build/evaluate/evaluation.json
    {"measures": {}, "slices": {"region": {"north": {"rows": 2100}, "south": {"rows": 140}}}}

Fix: ask for fewer rows or merge small values, set more rows aside, or lower the bound; `mlops-spec power` says to what.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mlops_spec import model_folder
from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates.metric import MetricGate
from mlops_spec.spec.gates.slices import SliceGate
from mlops_spec.spec.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec
    from mlops_spec.spec.gates.gate import Gate

CODE = "MS823"
NAME = "undecidable-bound"
SEVERITY: Severity = "warning"


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    last = _mapping(_read(repository.text(str(model_folder.EVALUATION))))
    for index, gate in enumerate(spec.gates):
        if isinstance(gate, MetricGate):
            measured = _mapping(_mapping(last.get("measures")).get(gate.metric))
            yield from _too_near_to_the_best(spec, index, gate, measured, "")
        if isinstance(gate, SliceGate):
            for value, found in _mapping(_mapping(last.get("slices")).get(gate.slice)).items():
                yield from _of_slice(spec, index, gate, value, _mapping(found))


def _of_slice(spec: Spec, index: int, gate: SliceGate, value: str, found: dict[str, Any]) -> Iterator[Finding]:
    rows = found.get("rows")
    if isinstance(rows, int) and rows < gate.min_rows:
        key = "min_rows" if "min_rows" in gate.model_fields_set else "slice"
        message = f"the last run tested {rows:,} rows of `{value}`, and {gate.min_rows:,} are asked for"
        yield Finding(("gates", index, key), message, "merge small values, or ask for fewer")
    else:
        measured = _mapping(_mapping(found.get("measures")).get(gate.metric))
        yield from _too_near_to_the_best(spec, index, gate, measured, f" of `{value}`")


def _too_near_to_the_best(spec: Spec, index: int, gate: Gate, measured: dict[str, Any], of: str) -> Iterator[Finding]:
    known, (least, most) = METRICS.get(gate.measure or ""), gate.limits or (None, None)
    interval = [each for each in map(measured.get, ("low", "value", "high")) if isinstance(each, int | float)]
    if known is None or gate.measure in spec.evaluate.own or len(interval) < 3:
        return
    low, value, high = interval
    key, bound, half = ("min", least, value - low) if known.higher_is_better else ("max", most, high - value)
    if bound is not None and half > 0 and abs(known.best - bound) < half < 1:
        message = f"of `{gate.measure}`{of} the last run's interval reaches {half:.2g} from its value"
        yield Finding(("gates", index, key), f"{message}, and only {abs(known.best - bound):.2g} are left to the best")


def _read(text: str | None) -> object:
    try:
        return json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
