"""Earlier versions, which gates compare with: those that were registered, and those that ever were live."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from mlops_spec.integrity.anchor import Past, PastGate
from mlops_spec.ledger.state import replay

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlops_spec.ledger import Record


def lived(records: Sequence[Record], model: str) -> Mapping[str, frozenset[tuple[str, str]]]:
    """For each environment the (version, digest) pairs of a model that ever were live there."""
    state, found = replay(records).of(model), defaultdict(set)
    for environment, version in state.proven:
        package = state.registered[version].what.package
        found[environment].add((version, package.digest if package else ""))
    return {environment: frozenset(pairs) for environment, pairs in found.items()}


def past(records: Sequence[Record], model: str) -> tuple[Past, ...]:
    """The versions of a model that were registered and not revoked, the newest first."""
    state = replay(records).of(model)
    known = [each for version, each in reversed(state.registered.items()) if version not in state.revoked]
    return tuple(map(_past, known))


def _past(registered: Record) -> Past:
    what, why = registered.what, registered.why
    assert what.version and what.package and what.tag and why  # the ledger takes no registration without them
    gates = [PastGate(*(getattr(gate, name) for name in PastGate._fields)) for gate in why.gates]
    return Past(what.version, what.package.digest, what.tag.target, gates)
