"""The judging of a candidate: its package is asked for answers, and then all gates are asked."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.engines.durations import past_seconds
from mlops_spec.gates.anchors import ByLedger
from mlops_spec.gates.candidate import candidate_of, check_same_answers
from mlops_spec.gates.case import Case, Perturbed
from mlops_spec.gates.judgement import Judged, for_review, marked, waived
from mlops_spec.gates.kinds import always
from mlops_spec.gates.kinds.declared import results_of
from mlops_spec.gates.perturb import perturb
from mlops_spec.gates.rivals import Fetched, fetched, rival_of
from mlops_spec.package.on_disk import digest
from mlops_spec.pipeline import sample
from mlops_spec.pipeline.file_column import located
from mlops_spec.pipeline.file_folder import data_sha256
from mlops_spec.pipeline.levels import quantile_names
from mlops_spec.pipeline.rows import known_columns, open_table
from mlops_spec.pipeline.split_report import read_split_report
from mlops_spec.spec.gates.latency import LatencyGate
from mlops_spec.spec.gates.robustness import RobustnessGate
from mlops_spec.spec.measures import champions
from mlops_spec.spec.paths import data_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from mlops_spec.gates.candidate import Candidate
    from mlops_spec.gates.case import Rival
    from mlops_spec.gates.scoring import Scorer
    from mlops_spec.git import Git
    from mlops_spec.package.manifest import Manifest
    from mlops_spec.spec import Spec


def judged_of(git: Git, spec: Spec, manifest: Manifest, process: Scorer, today: str | None) -> Judged:
    """What all gates say of the candidate that has this manifest and whose package `process` holds."""
    root = git.directory
    case = _case(git, root, spec, candidate_of(root, spec, manifest), process)
    results = [*always.results_of(case)]
    results += [each for gate in spec.gates for each in results_of(case, gate)]
    if sample.holds(root, spec):
        results = list(marked(results))
    return Judged(
        model=spec.model,
        commit=git.commit_id(),
        rows=len(case.test),
        against=next((rival.against for rival in case.rivals.values() if rival.against), None),
        seconds=past_seconds(root),
        gates=for_review(
            spec, waived(results, spec.governance.waivers, today or datetime.now(UTC).strftime("%Y-%m-%d"))
        ),
    )


def _case(git: Git, root: Path, spec: Spec, candidate: Candidate, process: Scorer) -> Case:
    """Scores the package afresh: for the test rows as they are, and as the robustness gates perturb them.

    The champions are fetched meanwhile, and answer afterwards: beside one the candidate's calls would take longer.
    """
    rows = located(root, spec, candidate.test.drop(columns=[*spec.data.targets]))
    perturbed = [_perturbed(spec, candidate, rows, gate) for gate in spec.gates if isinstance(gate, RobustnessGate)]
    batch = next((gate.latency.batch for gate in spec.gates if isinstance(gate, LatencyGate)), None)
    asked = process.ask([rows, *(frame for _, frame, _ in perturbed if frame is not None)], batch)
    with tempfile.TemporaryDirectory(prefix="mlops-spec-champion-") as folder:
        live = {name: fetched(git, root, (spec.model, name), Path(folder) / name) for name in champions(spec)}
        data_path = root / data_file(spec.data)
        data = open_table(data_path, known_columns(spec.data))
        data_changed = data_sha256(root, spec.data) != read_split_report(root).data.sha256
        scored = asked.answers()
        assert scored.answers[0] is not None  # the rows as they are: without an answer to them nothing is judged
        check_same_answers(candidate.answers.score, scored.answers[0])
        rivals, anchors = _rivals_and_anchors(git, root, spec, rows, live)
    answered = iter([(answer, scored.reasons.get(number, "")) for number, answer in enumerate(scored.answers)][1:])
    return Case(
        root=root,
        spec=spec,
        digest=digest(root / model_folder.PACKAGE),
        data=data,
        data_changed=data_changed,
        train=candidate.train,
        test=candidate.test,
        answers=candidate.answers,
        perturbed=tuple(
            Perturbed(gate, *((None, reason) if frame is None else next(answered))) for gate, frame, reason in perturbed
        ),
        latencies=scored.latencies,
        untimed=scored.untimed if batch is not None and scored.latencies is None else "",
        package_bytes=sum(file.bytes for file in candidate.manifest.files),
        rivals=rivals,
        anchors=anchors,
        reseeded=candidate.reseeded,
    )


def _rivals_and_anchors(
    git: Git, root: Path, spec: Spec, rows: pd.DataFrame, live: Mapping[str, Fetched | Rival]
) -> tuple[dict[str, Rival], ByLedger]:
    wanted = [gate for gate in spec.gates if isinstance(live.get(gate.environment or ""), Fetched)]

    def ask(found: Fetched | Rival) -> Rival:
        return rival_of(found, rows, quantile_names(spec.data))

    anchors = ByLedger(git, root, spec.model, ask, [each.against.digest for each in live.values() if each.against])
    with ThreadPoolExecutor() as pool:
        asked = {name: pool.submit(ask, champion) for name, champion in live.items()}
        for gate in wanted:
            anchors.ask(gate.id, gate.demand(spec.evaluate))
        rivals = {name: each.result() for name, each in asked.items()}
    anchors.know(rivals.values())
    return rivals, anchors


def _perturbed(
    spec: Spec, candidate: Candidate, rows: pd.DataFrame, gate: RobustnessGate
) -> tuple[RobustnessGate, pd.DataFrame | None, str]:
    try:
        return gate, perturb(gate, _in_columns(candidate.manifest), rows, candidate.train, spec.train.seed), ""
    except ValueError as error:
        return gate, None, str(error)


def _in_columns(manifest: Manifest) -> list[str]:
    """The features that lie in the table itself: what becomes of a file's bytes is no business of these."""
    return [tensor.name for tensor in manifest.signature.inputs if not tensor.file]
