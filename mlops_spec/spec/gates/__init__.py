"""The gates that a spec may declare: the registry of their kinds, one line each."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic import Discriminator, Tag

from mlops_spec.spec.gates.always import ALWAYS, SAFEGUARDS, Contract, Leak
from mlops_spec.spec.gates.champion import ChampionGate
from mlops_spec.spec.gates.fairness import FairnessGate
from mlops_spec.spec.gates.gate import Gate, Kind
from mlops_spec.spec.gates.latency import LatencyGate
from mlops_spec.spec.gates.metric import MetricGate
from mlops_spec.spec.gates.robustness import RobustnessGate
from mlops_spec.spec.gates.size import SizeGate
from mlops_spec.spec.gates.slices import SliceGate
from mlops_spec.spec.gates.weak_slices import WeakSlicesGate

__all__ = ["ALWAYS", "KINDS", "SAFEGUARDS", "AnyGate", "Gate", "gate_id", "kind_called", "tag"]

# The first is what a mapping is that has the key of no other kind.
DECLARED: tuple[type[Gate], ...] = (
    MetricGate,
    ChampionGate,
    SliceGate,
    WeakSlicesGate,
    FairnessGate,
    RobustnessGate,
    LatencyGate,
    SizeGate,
)
OF_EVERY_MODEL: tuple[type[Kind], ...] = (Contract, Leak)
KINDS: Mapping[str, type[Kind]] = {kind.kind: kind for kind in (*OF_EVERY_MODEL, *DECLARED)}


def gate_id(gate: Gate) -> str:
    """How reports, waivers and the ledger name a gate: `fairness/equalized_odds_difference/sex`."""
    return gate.id


def kind_called(name: str) -> type[Kind]:
    """The kind that results name so; raises KeyError for none."""
    return KINDS[name]


def tag(gate: Any) -> str:
    """Tells a gate's kind by the key that only this kind has.

    In brackets, because it stands in the location of an error, where it must not be taken for the key of that name.
    """
    if isinstance(gate, Gate):
        return f"<{gate.kind}>"
    plain, *others = DECLARED
    keys = gate if isinstance(gate, Mapping) else ()
    return f"<{next((kind for kind in others if kind.kind in keys), plain).kind}>"


if TYPE_CHECKING:
    AnyGate = Gate
else:
    AnyGate = Annotated[
        Union[tuple(Annotated[kind, Tag(f"<{kind.kind}>")] for kind in DECLARED)],  # noqa: UP007 - made of a list
        Discriminator(tag),
    ]
