"""Validation errors of pydantic as a place and a message: only the first, for one line has no room for more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError


def first_error(error: ValidationError) -> tuple[str, str]:
    """The place, as `owners.0.name`, and what is wrong there; the place is empty where the whole is wrong.

    >>> from pydantic import TypeAdapter, ValidationError
    >>> try:
    ...     TypeAdapter(dict[str, list[int]]).validate_python({"sizes": [1, "two"]})
    ... except ValidationError as refused:
    ...     first_error(refused)[0]
    'sizes.1'
    """
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return ".".join(map(str, first["loc"])), first["msg"]
