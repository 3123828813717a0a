"""From a file to what is wrong with it: read, parse, validate, run the rules, drop what is ignored, sort."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.diagnostic import Diagnostic
from mlops_spec.document.parse import parse
from mlops_spec.document.source import read
from mlops_spec.errors import Failure
from mlops_spec.spec import Spec
from mlops_spec.validate import validate

if TYPE_CHECKING:
    from pathlib import Path


def load_spec(path: Path) -> Spec:
    """The spec in a file.

    Raises:
        Failure: the file can't be read or is no valid spec; the message has a line for each thing that is wrong.
    """
    read_or_wrong = _spec(path)
    if isinstance(read_or_wrong, Spec):
        return read_or_wrong
    raise Failure("\n".join(["the spec is not valid", *map(str, read_or_wrong)]), remedy=f"see mlops-spec lint {path}")


def _spec(path: Path) -> Spec | list[Diagnostic]:
    text = read(path, str(path))
    if isinstance(text, Diagnostic):
        return [text]
    document = parse(str(path), text)
    return document if isinstance(document, list) else validate(document)
