"""The candidate must not be worse than what is live by more than a margin: paired, on the same rows.

Nor than the anchor, the version that all later ones are measured by: so small steps down do not add up.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlops_spec.gates.attacks.attack import Attack, Blow, draw
from mlops_spec.gates.attacks.damages import otherwise
from mlops_spec.gates.attacks.on_answers import Setting, common, damaged
from mlops_spec.gates.case import Rival, result
from mlops_spec.gates.kinds.beside import compared, difference, seeds_told
from mlops_spec.gates.kinds.kind import Kind, sees_all
from mlops_spec.pipeline.answers import alike
from mlops_spec.pipeline.measured import finite, measure_named
from mlops_spec.spec.gates import gate_id
from mlops_spec.spec.gates.result import Against, Limit
from mlops_validators import Verdict, estimate, judge_non_inferior, undecided
from mlops_validators.slices import worst

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.case import Case
    from mlops_spec.spec.gates.champion import ChampionGate
    from mlops_spec.spec.gates.result import GateResult
    from mlops_validators import Measure


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
        found, rows = difference(case, measure, rival.score)
        by_seed = seeds_told(case, measure)
        baseline = finite(
            estimate(measure, answers.truth, rival.score, threshold=case.spec.evaluate.threshold, **answers.design)
        )
    except ValueError as error:
        yield result(name, "champion", undecided(str(error)), bound=bound, metric=gate.metric)
        return
    verdict = judge_non_inferior(found, gate.margin, measure.higher_is_better, rows=rows)
    if rival.against and rival.against.digest == case.digest:
        verdict = _of_itself(rival.against, verdict, alike(answers.score, rival.score))
    elif rival.seen:
        verdict = _at_advantage(verdict, rival.seen)
    verdict = replace(verdict, reason=f"{verdict.reason}{by_seed}")
    told = result(name, "champion", verdict, found, bound, metric=gate.metric, baseline=baseline)
    yield _beside_anchor(case, gate, measure, told, rival)


def _beside_anchor(case: Case, gate: ChampionGate, measure: Measure, told: GateResult, rival: Rival) -> GateResult:
    anchor = case.anchor(told.id, gate.demand(case.spec.evaluate))
    if anchor is None or anchor.against is None or (rival.against and anchor.against.digest == rival.against.digest):
        return told
    better = measure.higher_is_better
    verdict, found = compared(case, anchor, gate.margin, better, lambda score: difference(case, measure, score))
    verdict = _at_advantage(verdict, anchor.seen) if anchor.seen else verdict
    mine = Verdict(told.verdict, told.reason, told.rows_needed)
    decides = worst([mine, verdict])
    beside = f"{anchor.against.version}, by which later versions are measured: {verdict.reason}"
    return replace(told, verdict=decides.verdict, reason=f"{told.reason}; beside {beside}", anchor=found)


def _at_advantage(verdict: Verdict, seen: str) -> Verdict:
    """Who keeps up with a champion that knows the answers has passed; who doesn't may still be the better one."""
    if verdict.verdict == "pass":
        return replace(verdict, reason=f"{verdict.reason}, though the champion has the advantage: {seen}")
    return undecided(f"the champion has an advantage that is no merit: {seen}; {verdict.reason}")


def _of_itself(against: Against, verdict: Verdict, same: bool) -> Verdict:
    """A change that leaves the package as it is may pass, but nobody may take that for a comparison."""
    which = f"{against.environment} {against.version}"
    if not same:
        return undecided(f"{which} is this very package, yet it answers otherwise: its answers can't be trusted")
    return replace(verdict, reason=f"{which} is this very package, so nothing was compared; {verdict.reason}")


def _beside_own_answers(case: Case, gate: ChampionGate) -> Case:
    return _rivalled(case, gate, Rival(case.answers.score, _OTHER))


def _rivalled(case: Case, gate: ChampionGate, rival: Rival) -> Case:
    return replace(case, rivals={gate.champion: rival})


def _champion_is_the_candidate(case: Case, gate: ChampionGate) -> Iterator[Blow[ChampionGate]]:
    same = Against(gate.champion, "v0.0.0", case.digest)
    yield Blow(_rivalled(case, gate, Rival(case.answers.score, same)), gate, "answers alike")
    yield Blow(
        _rivalled(case, gate, Rival(otherwise(case.spec)(case.answers, draw(case)), same)), gate, "answers otherwise"
    )


def _itself(result: GateResult) -> bool:
    return result.verdict != "pass" or "is this very package" in result.reason


def _champion_is_silent(case: Case, gate: ChampionGate) -> Iterator[Blow[ChampionGate]]:
    yield Blow(_rivalled(case, gate, Rival(None, _OTHER, "it can't answer these rows")), gate)


_OTHER = Against("drill", "v0.0.0", "sha256:" + "0" * 64)
_SETTING = Setting(_beside_own_answers)
KIND: Kind[ChampionGate] = Kind(
    results,
    (
        *damaged(_SETTING),
        Attack("champion is the candidate", _champion_is_the_candidate, _itself),
        Attack("champion is silent", _champion_is_silent),
        *common(_SETTING),
    ),
    sees_all,
)
