"""From data to `Spec`, or to what is wrong with its shape, each error at its place in the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mlops_spec.document.diagnostic import START, Diagnostic
from mlops_spec.spec import Spec
from mlops_spec.validate.messages import WRONG_TYPE, ShapeError, nearest, say, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Address

__all__ = ["validate"]


def validate(document: Document) -> Spec | list[Diagnostic]:
    """Checks the shape; every error is told at its exact place, all of them in one run."""
    if not isinstance(document.data, dict):
        message = "the file is empty" if document.data is None else "a spec is a mapping of keys to values"
        return [document.diagnostic(WRONG_TYPE, START, message, "`mlops-spec new` writes one to start from")]
    try:
        return Spec.model_validate(document.data)
    except ValidationError as error:
        found = [_read(document, each) for each in error.errors(include_url=False)]
    return [say(document, error) for error in _meant(document, found)]


def _read(document: Document, error: Any) -> ShapeError:
    """Leaves the names of union branches out of pydantic's location: the data has no such keys."""
    address: Address = ()
    for step in error["loc"]:
        if (*address, step) in document.nodes:
            address = (*address, step)
    if error["type"] == "missing":
        address = (*address, error["loc"][-1])
    return ShapeError(address, error["type"], error.get("ctx", {}), at_key=error["loc"][-1] == "[key]")


def _meant(document: Document, errors: list[ShapeError]) -> Iterator[ShapeError]:
    """Without what follows from another error: a misspelt key, or a branch that the value is not like."""
    told = set()
    for error in errors:
        if not any(_explains(document, other, error) for other in errors) and (error.address, error.at_key) not in told:
            told.add((error.address, error.at_key))
            yield error


def _explains(document: Document, other: ShapeError, error: ShapeError) -> bool:
    if error.of_type:  # the value is like the branch in which something nearer is wrong
        inside = other.address[: len(error.address)] == error.address
        return inside and (len(other.address) > len(error.address) or not other.of_type)
    if error.type == "missing" and other.type == "extra_forbidden" and other.address[:-1] == error.address[:-1]:
        return nearest(document, other.address) in (error.address[-1], *undecided(document, error.address[:-1]))
    return False
