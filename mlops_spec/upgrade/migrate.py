"""Migrates specs of older versions step by step: each step edits the text, so that comments stay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: The version of the spec that this mlops-spec reads.
NEWEST = 1
#: What makes a spec of version N one of version N + 1; there is only version 1 so far.
STEPS: Mapping[int, Callable[[str], str]] = {}
_VERSION = regex(r"^spec:[ \t]*([0-9]{1,9})[ \t]*(?:#.*)?$", re.MULTILINE)


def version_of(text: str) -> int:
    """Raises Failure where a spec doesn't say its version."""
    match = _VERSION.search(text)
    if match is None:
        raise Failure("model.yaml doesn't say its version", remedy=f"it begins with `spec: {NEWEST}`")
    return int(match[1])


def migrated(text: str, steps: Mapping[int, Callable[[str], str]] = STEPS, newest: int = NEWEST) -> str:
    """The spec as the newest version has it.

    Raises:
        Failure: it is of a version that this mlops-spec does not know (exit 2).
    """
    version = version_of(text)
    if version > newest:
        raise Failure(
            f"model.yaml is of version {version}, and this mlops-spec reads {newest} and older",
            remedy="upgrade to a newer mlops-spec",
        )
    for number in range(version, newest):
        text = steps[number](text)
    return text
