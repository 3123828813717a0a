"""What a rule is: a module whose docstring is its page, and whose `check` yields what it finds.

A rule names what it looks at as the arguments of its `check`, as pytest's tests name fixtures: `spec`, `document`,
`today`, and whatever else `Project` holds; a rule over workflows what `platforms.github.workflow.jobs.Reading` holds,
one over the repository what `repository.view.Surroundings` holds. It answers with addresses of the data; lines are not
its business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from mlops_spec.document.finding import Change, Finding
from mlops_spec.spec.shared import NOTHING_SHARED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec
    from mlops_spec.spec.shared import Shared


class Project(NamedTuple):
    """What rules may look at; each field is an argument that a rule can ask for."""

    spec: Spec
    document: Document
    today: date
    shared: Shared = NOTHING_SHARED


class Page(Protocol):
    """A code that `explain` knows: the docstring says the claim, why, *Bad*, *Good*, and how to fix it."""

    __doc__: str | None
    CODE: str
    NAME: str
    SEVERITY: Severity


class Rule(Page, Protocol):
    """A page with a check."""

    @property
    def check(self) -> Callable[..., Iterable[Finding]]: ...


def asked_for(rule: Rule) -> tuple[str, ...]:
    """The fields of a `Project` that a rule looks at."""
    code = rule.check.__code__
    return code.co_varnames[: code.co_argcount]


def in_order(place: Address, items: Sequence[float]) -> tuple[Change, ...]:
    """The fix that puts a list of numbers in order; none where one stands twice, for then one is missing."""
    if len(set(items)) < len(items):
        return ()
    pairs = enumerate(zip(items, sorted(items), strict=True))
    return tuple(Change((*place, index), str(right)) for index, (written, right) in pairs if written != right)
