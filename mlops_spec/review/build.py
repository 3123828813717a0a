"""The command `report`: one report that fits a pull request, from what the run left."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mlops_spec import model_folder
from mlops_spec.errors import Failure
from mlops_spec.git import Git
from mlops_spec.package.on_disk import digest
from mlops_spec.review.markdown import as_markdown
from mlops_spec.review.recompute import Trusted, review
from mlops_spec.review.report import (
    MAX_BYTES,
    MOST_SURVIVORS,
    Calibration,
    CostOfDecisions,
    Drill,
    Measured,
    Part,
    Report,
    SimpleModel,
    Survivor,
)
from mlops_spec.spec.measures import champions
from mlops_spec.system.files import make_folder, write_atomic

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlops_spec.spec import Spec

_UNIT = [place / 20 for place in range(21)]
_CURVES: dict[str, tuple[str, str, Sequence[float]]] = {
    "roc": ("false_positive_rate", "true_positive_rate", _UNIT),
    "calibration": ("predicted_probability", "observed_share", _UNIT),
    "ndcg": ("k", "ndcg_at_k", range(1, 21)),
}
"""Of each its axes, and the places at which it is shown."""
_WORDS = 300


def build_report(root: Path, spec: Spec) -> Report:
    """The report of the run at HEAD; where it did not get as far as its gates, one that says so."""
    commit = Git.open(root).commit_id()
    gates = _read(root / model_folder.GATE)
    evaluation = _read(root / model_folder.EVALUATION) or {}
    if gates is None or gates.get("commit") != commit:
        which = "did not get as far as its gates" if gates is None else "left the gates of another commit"
        return Report(v=1, model=spec.model, commit=commit, failure=f"The run {which}: see its log.")
    short: Any = [_short(gate) for gate in gates["gates"]]  # validated as what a stranger wrote, like all of it
    return Report(
        v=1,
        model=spec.model,
        commit=commit,
        digest=_digest(root),
        rows=gates["rows"],
        against=gates["against"],
        gates=short,
        measures={name: _with_reason(found) for name, found in evaluation.get("measures", {}).items()},
        calibration=_calibration(evaluation.get("calibration")),
        simple_model=_simple(evaluation.get("simple_model")),
        cost=CostOfDecisions.model_validate(found) if (found := evaluation.get("cost")) else None,
        slices=_parts(evaluation),
        curves={
            name: curve for name, how in _CURVES.items() if (curve := _curve(root / model_folder.PLOTS, name, *how))
        },
        drill=_drill(_read(root / model_folder.DRILL), commit),
    )


def write_report(root: Path, spec: Spec, out: Path) -> tuple[str, str]:
    """Writes `report.json`; returns its text, and the report in Markdown, judged by the spec at hand."""
    report = build_report(root, spec)
    content = fitted(report)
    make_folder(out.parent)
    write_atomic(out, content)
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    environments = champions(spec)
    return content.decode() + "\n", as_markdown(report, review(report, Trusted(spec, today, environments)))


def fitted(report: Report) -> bytes:
    """The report in JSON of at most 60 kB: where it is more, slices go first, then curves, then the longest reasons."""
    bare = [replace(gate, reason="") for gate in report.gates]
    cuts: tuple[dict[str, Any], ...] = (
        {},
        {"slices": []},
        {"slices": [], "curves": {}},
        {"slices": [], "curves": {}, "gates": bare},
    )
    for cut in cuts:
        content = report.model_copy(update=cut).model_dump_json(exclude_none=True).encode()
        if len(content) <= MAX_BYTES:
            return content
    raise Failure(f"{len(report.gates)} gates make a report of {len(content):,} bytes; {MAX_BYTES:,} is the limit")


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads(path.read_bytes()))
    except (FileNotFoundError, ValueError, TypeError, RecursionError):
        return None


def _drill(found: dict[str, Any] | None, commit: str) -> Drill | None:
    if found is None or found.get("commit") != commit:
        return None
    passed = [
        Survivor(gate=attack["gate"][:_WORDS], attack=attack["attack"][:_WORDS])
        for attack in found["attacks"]
        if not attack["stopped"]
    ]
    return Drill(attacks=len(found["attacks"]), passed=passed[:MOST_SURVIVORS])


def _digest(root: Path) -> str | None:
    try:
        return digest(root / model_folder.PACKAGE)
    except Failure as failure:
        if isinstance(failure.__cause__, OSError) and not isinstance(failure.__cause__, FileNotFoundError):
            raise  # it is there, and could not be read
        return None


def _short(gate: dict[str, Any]) -> dict[str, Any]:
    return {key: value[:_WORDS] if isinstance(value, str) else value for key, value in gate.items()}


def _measured(found: dict[str, Any]) -> Measured:
    return Measured(**{key: found.get(key) for key in ("value", "low", "high")})


def _with_reason(found: dict[str, Any]) -> Measured:
    reason = found.get("reason")
    return _measured(found).model_copy(update={"reason": reason[:_WORDS]} if reason else {})


def _calibration(found: dict[str, Any] | None) -> Calibration | None:
    return None if found is None else Calibration(**{name: found.get(name) for name in Calibration.model_fields})


def _simple(found: dict[str, Any] | None) -> SimpleModel | None:
    known = {key: found[key] for key in ("kind", "measures") if key in found} if found else {}
    return SimpleModel.model_validate(known) if known else None


def _parts(evaluation: dict[str, Any]) -> list[Part]:
    return [
        Part(
            column=column[:_WORDS],
            value=value[:_WORDS],
            rows=part["rows"],
            measures={name: _measured(found) for name, found in part["measures"].items()},
        )
        for column, values in {
            "target": evaluation.get("targets", {}),
            "label": evaluation.get("labels", {}),
            **evaluation.get("slices", {}),
        }.items()
        for value, part in values.items()
    ][:300]


def _curve(plots: Path, name: str, across: str, up: str, places: Sequence[float]) -> list[float]:
    """The curve's height at these places, between the points that it has; nothing where it has none."""
    try:
        points = [(point[across], point[up]) for point in json.loads((plots / f"{name}.json").read_bytes())]
    except (FileNotFoundError, ValueError, KeyError, TypeError, RecursionError):
        return []
    return [round(_height(points, place), 4) for place in places] if points else []


def _height(points: list[tuple[float, float]], x: float) -> float:
    below = max((point for point in points if point[0] <= x), default=points[0])
    above = min((point for point in points if point[0] >= x), default=points[-1])
    if above[0] == below[0]:
        return max(above[1], below[1])
    return below[1] + (above[1] - below[1]) * (x - below[0]) / (above[0] - below[0])
