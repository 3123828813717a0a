"""Weakened guards: what the spec demanded at the base and demands less of now, each by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.plan.guards.data import data, evaluation, training
from mlops_spec.plan.guards.environments import environments, serving
from mlops_spec.plan.guards.gates import gates
from mlops_spec.plan.guards.governance import governance, monitoring

if TYPE_CHECKING:
    from mlops_spec.spec import Spec
    from mlops_spec.spec.weakening import Weakening

# In the order of the spec's sections.
_SECTIONS = (data, training, evaluation, gates, environments, serving, monitoring, governance)


def weakened(old: Spec, new: Spec) -> tuple[Weakening, ...]:
    """Every guard of the old spec that guards less in the new one."""
    return tuple(weakening for section in _SECTIONS for weakening in section(old, new))
