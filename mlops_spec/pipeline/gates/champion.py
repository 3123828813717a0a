"""The candidate must not be worse than what is live by more than a margin: paired, on the same rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.pipeline.gates.case import result
from mlops_spec.pipeline.judgement import Limit
from mlops_spec.pipeline.measured import finite, measure_named, options
from mlops_spec.spec.gates import gate_id
from mlops_validators import Verdict, estimate, judge_non_inferior, paired_difference, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.pipeline.gates.case import Case
    from mlops_spec.pipeline.judgement import Against, GateResult
    from mlops_spec.spec.evaluate import ChampionGate


def results(case: Case, gate: ChampionGate) -> Iterator[GateResult]:
    """One result; `baseline` is the champion's own value."""
    name, rival, answers = gate_id(gate), case.rivals[gate.champion], case.answers
    if rival.never_deployed:
        yield result(name, "champion", Verdict("pass", rival.reason), metric=gate.metric)
        return
    try:
        measure = measure_named(case.root, case.spec, gate.metric)
    except ValueError as error:
        yield result(name, "champion", undecided(str(error)), metric=gate.metric)
        return
    bound = Limit(">=", -gate.margin) if measure.higher_is_better else Limit("<=", gate.margin)
    if rival.score is None:
        yield result(name, "champion", undecided(rival.reason), bound=bound, metric=gate.metric)
        return
    if rival.score.shape != answers.score.shape:
        reason = f"the champion answers with shape {rival.score.shape}, this model with {answers.score.shape}"
        yield result(name, "champion", undecided(reason), bound=bound, metric=gate.metric)
        return
    try:
        found = paired_difference(
            measure, answers.truth, answers.score, rival.score, groups=answers.groups, **options(case.spec)
        )
        baseline = finite(estimate(measure, answers.truth, rival.score, threshold=case.spec.evaluate.threshold))
    except ValueError as error:
        yield result(name, "champion", undecided(str(error)), bound=bound, metric=gate.metric)
        return
    verdict = judge_non_inferior(found, gate.margin, measure.higher_is_better, rows=len(answers.truth))
    if rival.against and rival.against.digest == case.digest:
        alike = bool(np.allclose(answers.score, rival.score, rtol=1e-6, atol=1e-9))
        verdict = _of_itself(rival.against, verdict, alike)
    elif rival.seen:
        verdict = _at_advantage(verdict, rival.seen)
    yield result(name, "champion", verdict, found, bound, metric=gate.metric, baseline=baseline)


def _at_advantage(verdict: Verdict, seen: str) -> Verdict:
    """Who keeps up with a champion that knows the answers has passed; who doesn't may still be the better one."""
    if verdict.verdict == "pass":
        return replace(verdict, reason=f"{verdict.reason}, though the champion has the advantage: {seen}")
    return undecided(f"the champion has an advantage that is no merit: {seen}; {verdict.reason}")


def _of_itself(against: Against, verdict: Verdict, alike: bool) -> Verdict:
    """A change that leaves the package as it is may pass, but nobody may take that for a comparison."""
    which = f"{against.environment} {against.version}"
    if not alike:
        return undecided(f"{which} is this very package, yet it answers otherwise: its answers can't be trusted")
    return replace(verdict, reason=f"{which} is this very package, so nothing was compared; {verdict.reason}")
