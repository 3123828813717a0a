"""The model beside a simple one, in words: ahead of it by more than chance, or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mlops_spec.spec.simple_kinds import BESIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Lead(Protocol):
    """How much better than the linear model, with its interval; what is not known is None."""

    @property
    def value(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...


class Beside(Protocol):
    """One measure of both simple models, as the evaluation's reader has it."""

    @property
    def constant(self) -> float | None: ...
    @property
    def linear(self) -> float | None: ...
    @property
    def lead(self) -> Lead | None: ...


class Section(Protocol):
    """The section `simple_model`."""

    @property
    def kind(self) -> str | None: ...
    @property
    def measures(self) -> Mapping[str, Beside]: ...


def header(section: Section | None) -> tuple[str, ...]:
    """The names of both simple models, above their columns; none where there are none."""
    if section is None or section.kind is None:
        return ()
    return section.kind, BESIDE.get(section.kind, "constant")


def told(section: Section | None, named: Callable[[str], str] = str) -> str:
    """A sentence for the measures in which a simple model does as well; else that it is behind in all of them.

    `named` writes a measure's name as the text wants it.
    """
    if section is None or section.kind is None:
        return ""
    leads = {name: beside.lead for name, beside in section.measures.items() if beside.lead is not None}
    close = {name: lead for name, lead in leads.items() if _within_chance(lead)}
    shown = "; ".join(f"{named(name)} {_said(lead)}" for name, lead in (close or leads).items())
    if not shown:
        return ""
    beyond = " by more than chance" if close else ""
    same = "" if section.kind in BESIDE else " on the same features"
    return f"{'Not ahead' if close else 'Ahead'} of a {section.kind}{same}{beyond}: {shown}."


def not_ahead(section: Section | None) -> bool:
    """Whether a simple model does as well by a measure that a gate names."""
    leads = [] if section is None else [beside.lead for beside in section.measures.values()]
    return any(_within_chance(lead) for lead in leads if lead is not None)


def _within_chance(lead: Lead) -> bool:
    return lead.low is None or lead.low <= 0


def _said(lead: Lead) -> str:
    value = "unknown" if lead.value is None else _signed(lead.value)
    known = lead.low is not None and lead.high is not None
    return f"{value} ({_signed(lead.low or 0)} … {_signed(lead.high or 0)})" if known else value


def _signed(value: float) -> str:
    return f"{value:+.3g}".replace("-", "−")
