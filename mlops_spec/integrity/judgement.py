"""The check of a judgement against its spec: its gates, their bounds, verdicts and waivers, and its champion."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import isclose
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.integrity.anchor import anchors
from mlops_spec.integrity.demands import demands, waived
from mlops_spec.integrity.verdicts import allowed
from mlops_spec.model_folder import GATE
from mlops_spec.package.problem import Problem
from mlops_spec.spec.gates import kind_called
from mlops_spec.spec.gates.verdicts import worst

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlops_spec.integrity.anchor import Past
    from mlops_spec.spec import Spec
    from mlops_spec.spec.gates.demand import Demand
    from mlops_spec.spec.gates.result import Champion, Result

FILE = GATE.name
_NUMBERS = ("value", "low", "high")


@dataclass(frozen=True, kw_only=True)
class Given:
    """What else a judgement follows from: the test rows (of slices too: column → value → rows), the package, the day.

    `lived` holds, for each environment, the (version, digest) pairs that by the ledger ever were live there, and `past`
    the versions that it has, the newest first; None where no ledger is at hand.
    """

    rows: int
    today: str  # YYYY-MM-DD
    package_bytes: int | None = None
    against: Champion | None = None
    parts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    lived: Mapping[str, frozenset[tuple[str, str]]] | None = None
    past: Sequence[Past] | None = None


class Paired(NamedTuple):
    """A result with what the spec demands of it."""

    demand: Demand
    found: Result


def pair(spec: Spec, gates: Sequence[Result]) -> tuple[list[Paired], list[Demand], list[Result]]:
    """The results with their demands; the demands that no result answers; the results that nothing demands."""
    open_: dict[str, list[Demand]] = defaultdict(list)
    by_column: dict[str, Demand] = {}
    for demand in demands(spec):
        open_[demand.id].append(demand)
        if demand.column is not None:
            by_column[demand.id] = demand
    paired, added, seen = [], [], set()
    for found in gates:
        column = by_column.get(found.id.removesuffix(f"/{found.slice}")) if found.slice is not None else None
        if open_[found.id]:
            paired.append(Paired(open_[found.id].pop(0), found))
        elif column is not None and column.id != found.id and found.id not in seen:
            paired.append(Paired(column, found))
        else:
            added.append(found)
        seen.add(found.id)
    return paired, [demand for left in open_.values() for demand in left], added


def problems(spec: Spec, gates: Sequence[Result], given: Given) -> Iterator[Problem]:
    """Every way in which the gates of a judgement are not what spec, numbers and ledger make of them."""
    paired, missing, added = pair(spec, gates)
    yield from (_problem(demand.id, "", "is missing: the spec at that commit demands it") for demand in missing)
    for found in added:
        yield _problem(found.id, "", "stands twice, or the spec at that commit does not demand it")
    for demand, found in paired:
        yield from _of_gate(spec, demand, found, given)
    yield from _of_columns(paired, given)
    yield from _of_baselines(paired)
    yield from _of_champions(paired, given)


def _of_gate(spec: Spec, demand: Demand, found: Result, given: Given) -> Iterator[Problem]:
    if found.kind != demand.kind:
        yield _problem(found.id, "kind", f"is {found.kind!r}, the spec's gate is {demand.kind!r}")
        return
    if found.metric != demand.metric:
        yield _problem(found.id, "metric", f"is {found.metric!r}, the spec's gate has {demand.metric!r}")
    yield from _of_bound(demand, found)
    if [getattr(found, name) is None for name in _NUMBERS].count(True) not in (0, 3) and found.value is None:
        yield _problem(found.id, "value", "is missing beside an interval")
    if (found.slice is not None) not in _may_name_rows(demand, found):
        yield _problem(
            found.id, "slice", f"is {found.slice!r}: a result names the rows it tells of where they are a part"
        )
    part = given.parts.get(demand.column or "", {}).get(found.slice or "")
    right = allowed(demand, found, given.rows, part)
    if demand.environment is not None and found.value is None and found.verdict == "pass":
        yield from _without_a_champion(demand, found, given)
    elif found.verdict not in right:
        yield _problem(found.id, "verdict", f"is {found.verdict}, by its numbers it is {' or '.join(sorted(right))}")
    if kind_called(demand.kind).of_package and given.package_bytes is not None and found.value != given.package_bytes:
        yield _problem(found.id, "value", f"is {found.value}, the package has {given.package_bytes:,} bytes")
    yield from _of_anchor(demand, found, given)
    yield from _of_waiver(spec, demand, found, given.today)
    yield from _of_review(demand, found)


def _may_name_rows(demand: Demand, found: Result) -> set[bool]:
    """Whether a result names rows: one of a column's values, or what a search for weak slices came upon."""
    if kind_called(demand.kind).of_parts and demand.column is None:
        return {True, found.value is not None}
    return {demand.column is not None and found.id != demand.id}


def _of_anchor(demand: Demand, found: Result, given: Given) -> Iterator[Problem]:
    if found.anchor is not None and demand.beside_anchor == (None, None):
        yield _problem(found.id, "anchor", "is given, but the spec's gate has no margin for it")
    if given.past is None or (demand.column is not None and found.slice is None):  # a column has that of a slice
        return
    known = {(each.version, each.digest) for each in anchors(given.past, demand, found.id)}
    mine = None if found.anchor is None else (found.anchor.version, found.anchor.digest)
    if mine is not None and mine not in known:
        yield _problem(found.id, "anchor", f"is {mine[0]}, which by the ledger did not pass this gate outright")
    elif _passed_beside_one(demand, found) and mine is None and known:
        against = given.against
        if against is None or against.digest not in {digest for _, digest in known}:
            named = ", ".join(sorted(version for version, _ in known))
            yield _problem(
                found.id, "anchor", f"is missing: by the ledger it is to be compared with one of {named} too"
            )


def _passed_beside_one(demand: Demand, found: Result) -> bool:
    return demand.environment is not None and found.verdict == "pass" and found.value is not None


def _of_bound(demand: Demand, found: Result) -> Iterator[Problem]:
    right = demand.bound(found.value)
    mine = None if found.bound is None else (found.bound.op, found.bound.value)
    unbound = demand.environment is not None and found.value is None  # there was no champion
    if mine != right and not (mine is None and unbound):
        yield _problem(found.id, "bound", f"is {_told(mine)}, the spec at that commit has {_told(right)}")


def _told(bound: tuple[str, float] | None) -> str:
    return "none" if bound is None else f"{bound[0]} {bound[1]:g}"


def _without_a_champion(demand: Demand, found: Result, given: Given) -> Iterator[Problem]:
    if found.bound is not None or found.low is not None or found.high is not None:
        yield _problem(found.id, "verdict", "is pass, by its numbers it is inconclusive")
    elif given.lived and given.lived.get(demand.environment or ""):
        ever = ", ".join(sorted(version for version, _ in given.lived[demand.environment or ""]))
        said = f"is pass without a comparison, but by the ledger {ever} was live in {demand.environment}: train again"
        yield _problem(found.id, "verdict", said)


def _of_waiver(spec: Spec, demand: Demand, found: Result, today: str) -> Iterator[Problem]:
    ends, mine = waived(spec, found.id, demand.id), found.waived_until
    if found.verdict == "pass":
        if mine is not None:
            yield _problem(found.id, "waived_until", f"is {mine}, but it passes")
    elif mine is not None and mine not in ends:
        yield _problem(found.id, "waived_until", f"is {mine}, the spec at that commit has {_listed(ends)}")
    elif mine is None and any(end >= today for end in ends):
        yield _problem(found.id, "waived_until", f"is missing, the spec at that commit has {_listed(ends)}")


def _of_review(demand: Demand, found: Result) -> Iterator[Problem]:
    right = demand.review and found.verdict == "inconclusive" and found.waived_until is None
    if right and not found.review:
        yield _problem(found.id, "review", "is missing: the spec at that commit lets an approver decide")
    elif found.review and not right:
        yield _problem(found.id, "review", "is given, but nobody's word can let this gate through")


def _listed(ends: Sequence[str]) -> str:
    return ", ".join(ends) or "no waiver of it"


def _of_columns(paired: Sequence[Paired], given: Given) -> Iterator[Problem]:
    for demand, whole in paired:
        if demand.column is None or whole.slice is not None:
            continue
        each = [found for other, found in paired if other is demand and found.slice is not None]
        verdict = worst(found.verdict for found in each)
        if whole.verdict != verdict:
            yield _problem(whole.id, "verdict", f"is {whole.verdict}, by its slices it is {verdict}")
        decisive = [_numbers(found) for found in each if found.verdict == verdict] or [(None, None, None, None)]
        if _numbers(whole) not in decisive:
            yield _problem(whole.id, "value", f"is {whole.value}, which no slice with its verdict has")
        known = given.parts.get(demand.column)
        if known is not None and (differing := known.keys() ^ {found.slice for found in each}):
            named = ", ".join(sorted(f"{demand.column}={name}" for name in differing))
            yield _problem(whole.id, "", f"the slices are not those that were evaluated: {named}")


def _numbers(found: Result) -> tuple[object, ...]:
    held = found.anchor
    return found.value, found.low, found.high, held and (held.version, held.value, held.low, held.high)


def _of_baselines(paired: Sequence[Paired]) -> Iterator[Problem]:
    answered = any(demand.environment and found.value is not None for demand, found in paired)
    values: dict[str, float] = {}
    environment = next((demand.environment for demand, _ in paired if demand.environment), None)
    for demand, found in paired:
        if found.baseline is None:
            continue
        if not kind_called(demand.kind).has_baseline or not answered:
            yield _problem(found.id, "baseline", f"is {found.baseline}, but no champion was compared here")
        elif demand.environment in (None, environment):
            first = values.setdefault(demand.metric or "", found.baseline)
            if not close(first, found.baseline):
                yield _problem(found.id, "baseline", f"is {found.baseline}, elsewhere the champion has {first}")


def _of_champions(paired: Sequence[Paired], given: Given) -> Iterator[Problem]:
    compared = [demand.environment for demand, found in paired if demand.environment and found.value is not None]
    named = [demand.environment for demand, _ in paired if demand.environment]
    said = given.against
    if said is None:
        if compared:
            yield Problem(FILE, "against", f"is missing, yet the champion of {compared[0]} was compared with")
        return
    if said.environment not in named:
        yield Problem(FILE, "against.environment", f"is {said.environment!r}: no gate of the spec names it a champion")
    elif given.lived is not None and (said.version, said.digest) not in given.lived.get(said.environment, ()):
        what = f"{said.version} ({said.digest}) was never live in {said.environment}"
        yield Problem(FILE, "against", f"by the ledger {what}")


def close(one: float | None, other: float | None) -> bool:
    """Whether two measurements of the same are the same but for the order of sums."""
    if one is None or other is None:
        return one is other
    return isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def _problem(gate: str, name: str, said: str) -> Problem:
    return Problem(FILE, f"gates[{gate}]" + (f".{name}" if name else ""), said, gate)
