"""Nothing is left to be answered.

A value marked TODO stands where a tool that drew the spec from other files could not know, or where somebody meant to
come back. What it would do in a run is nobody's intention.

Bad:

    data:
      path: data/rows.csv
      target: TODO
      id: id

Good:

    data:
      path: data/rows.csv
      target: label
      id: id

Fix: write the value that belongs here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec.shared import Shared

CODE = "MS018"
NAME = "unanswered-value"
SEVERITY: Severity = "error"

_MARK = regex(r"@?TODO\b")


def check(document: Document, shared: Shared) -> Iterator[Finding]:
    if any(map(_MARK.match, shared.owners)) and document.at(("owners",)) is None:
        where = "`owners` in [tool.mlops-spec] of pyproject.toml"
        yield Finding(
            ("model",), f"{where} is still to be answered", "it holds for each model that names nobody itself"
        )
    for address, text in document.texts() if "TODO" in document.text else ():
        if _MARK.match(text):
            yield Finding(address, f"`{text}` is still to be answered", "`mlops-spec schema` says what may stand here")
