"""What a rule is: a module whose docstring is its page, and whose `check` yields what it finds.

A rule names what it looks at as the arguments of its `check`, as pytest's tests name fixtures: `spec`, `document`,
`today`, and whatever else `Project` holds; a rule over workflows what `workflow.Reading` holds, one over the repository
what `repository.Surroundings` holds. It answers with addresses of the data; lines are not its business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from mlops_spec.diagnostic import Address, Severity, Span
    from mlops_spec.document import Document
    from mlops_spec.spec import Spec


class Change(NamedTuple):
    """One step of a fix: a value written as `text`, under a new key where there is none; without a text, taken out."""

    address: Address
    text: str | None
    #: the key is written instead of its value
    at_key: bool = False
    #: the only piece of a longer text that is written instead of all of it
    piece: str = ""
    #: a new key goes in front of this one; else behind the last
    before: str = ""


class Finding(NamedTuple):
    """What a rule found at an address."""

    address: Address
    message: str
    #: what would be right
    hint: str = ""
    #: point at the key rather than at its value
    at_key: bool = False
    #: the one right answer, where there is one
    fix: tuple[Change, ...] = ()
    #: the file that the address is in; none: the spec
    document: Document | None = None
    #: the piece of a longer text at the address to point at; none: the whole
    piece: str = ""
    #: how often the text has that piece before
    earlier: int = 0
    #: the place itself, in a document that has no addresses
    span: Span | None = None


class Project(NamedTuple):
    """What rules may look at; each field is an argument that a rule can ask for."""

    spec: Spec
    document: Document
    today: date


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
