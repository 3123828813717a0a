"""The gates against leaks, which every model has: rows on both sides of the split, and features that are the target."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from mlops_spec.gates.case import counted, result
from mlops_spec.pipeline.giveaways import early_features, encoded_features, made_rows, near_rows, revealing_features
from mlops_spec.pipeline.identifying import features_that_name, shared_names
from mlops_spec.pipeline.leak import leaked_rows
from mlops_spec.spec.gates.result import Limit
from mlops_spec.spec.tasks import TASKS
from mlops_validators import Verdict, undecided
from mlops_validators.leak import judge_twins, least_likely

if TYPE_CHECKING:
    from mlops_spec.gates.case import Case
    from mlops_spec.spec.gates.result import GateResult

NEAR, TARGET = "leak/near", "leak/target"


def rows(case: Case) -> GateResult:
    """The number of test rows that are in train as well, by row hashes."""
    if case.train.empty or case.test.empty:
        side = "training" if case.train.empty else "test"
        return result("leak", "leak", undecided(f"there are no {side} rows"), bound=Limit("=", 0.0))
    count = int(leaked_rows(case.spec.data, case.train, case.test).sum())
    return counted("leak", "leak", count, Verdict("fail" if count else "pass", f"{count:,} test rows are in train too"))


def near(case: Case) -> GateResult:
    """How many more groups of nearly equal rows lie on both sides than the split's lot would put there.

    And how many columns name somebody whose rows the lot has parted.
    """
    try:
        found = near_rows(case.spec.data, case.train, case.test)
    except ValueError as error:
        return result(NEAR, "leak", undecided(str(error)), bound=Limit("=", 0.0))
    verdict, worst = judge_twins(found, len(case.test)), least_likely(found)
    beyond = ceil(worst.mixed - worst.expected) if worst is not None and verdict.verdict == "fail" else 0
    told = [verdict.reason] if beyond else []
    made = made_rows(case.spec, case.train, case.test)
    if made:
        told.append(f"{made:,} rows lie exactly between two others across the split: make such rows after it, of train")
    parted = list(shared_names(case.spec, case.train, case.test)) if _by_lot(case) else []
    if parted:
        told += [*parted, "split by that group"]
    if told:
        verdict = Verdict("fail", "; ".join(told))
    return counted(NEAR, "leak", beyond + made + len(parted), verdict)


def target(case: Case) -> GateResult:
    """The number of features that give the target away, or that no row of tomorrow has."""
    try:
        if TASKS[case.spec.task].ahead:
            found = early_features(case.spec, case.train, case.test)
        else:
            found = revealing_features(case.spec, case.train)
            found += encoded_features(case.spec, case.train, case.test)
    except ValueError as error:
        return result(TARGET, "leak", undecided(str(error)), bound=Limit("=", 0.0))
    told = dict(features_that_name(case.spec, case.train)) if _by_lot(case) else {}
    told |= {one.column: one.why for one in found}
    if not told:
        return counted(TARGET, "leak", 0, Verdict("pass", "no feature alone gives the target away"))
    reason = "; ".join(f"{name} {why}" for name, why in told.items())
    return counted(TARGET, "leak", len(told), Verdict("fail", reason))


def _by_lot(case: Case) -> bool:
    return case.spec.data.split.by in ("hash", "column")
