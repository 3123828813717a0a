"""The command `gate`: all gates of a spec over what the last run measured."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mlops_spec import layout
from mlops_spec.files import write_atomic
from mlops_spec.git import Git
from mlops_spec.manifest import canonical
from mlops_spec.outputs.stages import data_file
from mlops_spec.package import digest, file_sha256
from mlops_spec.pipeline.candidate import check_same_answers, read_candidate
from mlops_spec.pipeline.champion import rival_of
from mlops_spec.pipeline.durations import past_seconds
from mlops_spec.pipeline.gates import always, champion, fairness, metric, operation, robustness, slices, weak_slices
from mlops_spec.pipeline.gates.case import Case, Perturbed
from mlops_spec.pipeline.judgement import Judged, waived
from mlops_spec.pipeline.perturb import perturb
from mlops_spec.pipeline.rows import open_table
from mlops_spec.pipeline.scoring import score
from mlops_spec.pipeline.split_report import read_split_report
from mlops_spec.spec.evaluate import (
    ChampionGate,
    FairnessGate,
    LatencyGate,
    MetricGate,
    RobustnessGate,
    SizeGate,
    SliceGate,
    WeakSlicesGate,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from mlops_spec.pipeline.candidate import Candidate
    from mlops_spec.pipeline.gates.case import Rival
    from mlops_spec.pipeline.judgement import GateResult
    from mlops_spec.spec import Spec
    from mlops_spec.spec.evaluate import Gate


def judge(root: Path, spec: Spec, out: Path, *, today: str | None = None) -> Judged:
    """Judges the candidate and writes `gate.json` to `out`; `today` (`YYYY-MM-DD`, else the clock's) is for waivers."""
    git = Git.open(root)
    candidate = read_candidate(root, spec)
    rivals = {name: rival_of(git, root, name, _inputs(spec, candidate)) for name in _champions(spec)}
    case = _case(root, spec, candidate, rivals)
    results = [gate(case) for gate in always.GATES.values()]
    results += [each for gate in spec.gates for each in results_of(case, gate)]
    judged = Judged(
        model=spec.model,
        commit=git.commit_id(),
        rows=len(candidate.test),
        against=next((rival.against for rival in rivals.values() if rival.against), None),
        seconds=past_seconds(root),
        gates=waived(results, spec.governance.waivers, today or datetime.now(UTC).strftime("%Y-%m-%d")),
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(out, canonical(judged.record()))
    return judged


def _champions(spec: Spec) -> list[str]:
    return list(dict.fromkeys(gate.champion for gate in spec.gates if isinstance(gate, ChampionGate)))


def _case(root: Path, spec: Spec, candidate: Candidate, rivals: dict[str, Rival]) -> Case:
    """Scores the package afresh: for the test rows as they are, and as the robustness gates perturb them."""
    asked = [_perturbed(spec, candidate, gate) for gate in spec.gates if isinstance(gate, RobustnessGate)]
    batch = next((gate.latency.batch for gate in spec.gates if isinstance(gate, LatencyGate)), None)
    frames = [frame for _, frame, _ in asked if frame is not None]
    scored = score(root / layout.PACKAGE, [_inputs(spec, candidate), *frames], batch)
    check_same_answers(candidate.answers.score, scored.answers[0])
    answers = iter(scored.answers[1:])
    data_path = root / data_file(spec.data)
    return Case(
        root=root,
        spec=spec,
        digest=digest(root / layout.PACKAGE),
        data=open_table(data_path, spec.data.contract.columns),
        data_changed=file_sha256(data_path) != read_split_report(root).data.sha256,
        train=candidate.train,
        test=candidate.test,
        answers=candidate.answers,
        perturbed=tuple(
            Perturbed(gate, None if frame is None else next(answers), reason) for gate, frame, reason in asked
        ),
        latencies=scored.latencies,
        package_bytes=sum(file.bytes for file in candidate.manifest.files),
        rivals=rivals,
    )


def _inputs(spec: Spec, candidate: Candidate) -> pd.DataFrame:
    return candidate.test.drop(columns=[spec.data.target])


def _perturbed(
    spec: Spec, candidate: Candidate, gate: RobustnessGate
) -> tuple[RobustnessGate, pd.DataFrame | None, str]:
    features, rows = candidate.manifest.features, _inputs(spec, candidate)
    try:
        return gate, perturb(gate, features, rows, candidate.train, spec.train.seed), ""
    except ValueError as error:
        return gate, None, str(error)


def results_of(case: Case, gate: Gate) -> Iterator[GateResult]:
    """What a gate says of a case: one result, or first that of a column and then its values'."""
    match gate:
        case MetricGate():
            yield from metric.results(case, gate)
        case ChampionGate():
            yield from champion.results(case, gate)
        case SliceGate():
            yield from slices.results(case, gate)
        case WeakSlicesGate():
            yield from weak_slices.results(case, gate)
        case FairnessGate():
            yield from fairness.results(case, gate)
        case RobustnessGate():
            yield from robustness.results(case, gate)
        case LatencyGate():
            yield from operation.latency(case, gate)
        case SizeGate():
            yield from operation.size(case, gate)
