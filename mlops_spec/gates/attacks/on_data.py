"""Attacks on the gate over the contract: each of its promises broken, and another data file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlops_spec.gates.attacks.attack import Attack, Blow
from mlops_spec.gates.attacks.broken import broken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.case import Case


def _contract_broken(case: Case, gate: None) -> Iterator[Blow[None]]:
    for name, table in broken(case.spec.data, case.data):
        yield Blow(replace(case, data=table, data_changed=False), gate, name)


def _other_file(case: Case, gate: None) -> Iterator[Blow[None]]:
    yield Blow(replace(case, data_changed=True), gate)


ON_CONTRACT = (Attack("contract violated", _contract_broken), Attack("another data file", _other_file))
