"""From data to `Spec`, or to what is wrong with its shape, each error at its place in the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from mlops_spec.document.diagnostic import START, Diagnostic
from mlops_spec.spec import Spec
from mlops_spec.spec.shared import NOTHING_SHARED, Shared, effective
from mlops_spec.validate.messages import WRONG_TYPE, Shaped, ShapeError, nearest, say, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Address
    from mlops_spec.spec.base import Strict

__all__ = ["validate", "validate_shared"]


_Shape = TypeVar("_Shape", bound="Strict")


def validate(document: Document, shared: Shared = NOTHING_SHARED) -> Spec | list[Diagnostic]:
    """Checks the shape; every error is told at its exact place, all of them in one run.

    `shared` is what the repository's settings say for all models: it counts where the document says nothing.
    """
    if not isinstance(document.data, dict):
        message = "the file is empty" if document.data is None else "a spec is a mapping of keys to values"
        return [document.diagnostic(WRONG_TYPE, START, message, "`mlops-spec new` writes one to start from")]
    return _validated(Shaped(document), effective(document.data, shared), Spec)


def validate_shared(document: Document) -> Shared | list[Diagnostic]:
    """Checks the table `[tool.mlops-spec]` as `validate` checks a spec."""
    data = document.data
    data = {key: value for key, value in data.items() if key != "lint"} if isinstance(data, dict) else data
    if data == {}:
        return NOTHING_SHARED  # as most say nothing, whose schema is then not built
    found = _validated(Shaped(document, "Shared"), data, Shared)
    return [each._replace(edits=()) for each in found] if isinstance(found, list) else found  # YAML's, not TOML's


def _validated(read: Shaped, data: Any, wanted: type[_Shape]) -> _Shape | list[Diagnostic]:
    try:
        return wanted.model_validate(data)
    except ValidationError as error:
        found = [_read(read.document, each) for each in error.errors(include_url=False)]
    return [say(read, error) for error in _meant(read, found)]


def _read(document: Document, error: Any) -> ShapeError:
    """Leaves the names of union branches out of pydantic's location: the data has no such keys."""
    address: Address = ()
    for step in error["loc"]:
        if (*address, step) in document.nodes:
            address = (*address, step)
    if error["type"] == "missing":
        address = (*address, error["loc"][-1])
    return ShapeError(address, error["type"], error.get("ctx", {}), at_key=error["loc"][-1] == "[key]")


def _meant(read: Shaped, errors: list[ShapeError]) -> Iterator[ShapeError]:
    """Without what follows from another error: a misspelt key, or a branch that the value is not like."""
    told = set()
    for error in errors:
        if not any(_explains(read, other, error) for other in errors) and (error.address, error.at_key) not in told:
            told.add((error.address, error.at_key))
            yield error


def _explains(read: Shaped, other: ShapeError, error: ShapeError) -> bool:
    if error.of_type:  # the value is like the branch in which something nearer is wrong
        inside = other.address[: len(error.address)] == error.address
        return inside and (len(other.address) > len(error.address) or not other.of_type)
    if error.type == "missing" and other.type == "extra_forbidden" and other.address[:-1] == error.address[:-1]:
        return nearest(read, other.address) in (error.address[-1], *undecided(read, error.address[:-1]))
    return False
