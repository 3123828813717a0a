"""Loads a spec: read, parse, validate, and run the rules that leave no spec to work with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import Diagnostic, Kind
from mlops_spec.document.parse import parse
from mlops_spec.document.source import decode
from mlops_spec.document.spec_files import contents
from mlops_spec.errors import Failure
from mlops_spec.layout import PROJECT
from mlops_spec.lint.cache.clean import may_set
from mlops_spec.lint.findings import placed, run_rules
from mlops_spec.repository.root import project_of, root_of
from mlops_spec.rules.registry import rules
from mlops_spec.rules.rule import Project
from mlops_spec.rules.shape import unanswered_value
from mlops_spec.spec.shared import NOTHING_SHARED
from mlops_spec.validate import validate
from mlops_spec.validate.project import shared_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mlops_spec.document import Document
    from mlops_spec.spec import Spec
    from mlops_spec.spec.shared import Shared

#: Whether the parts of a spec fit together; what breaks one of these can be neither planned nor run.
SHAPE = tuple(rule for rule in rules("shape") if rule.SEVERITY == "error")


def load_spec(path: Path, shared: Shared | None = None) -> Spec:
    """The spec in a file, valid in shape and whole: what it refers to is there.

    It is completed by what the models of its repository share: `shared` where the caller has read that already.

    Raises:
        Failure: the file can't be read or is no valid spec; the message has a line for each thing that is wrong.
    """
    ((name, content),) = contents([path]).items()
    text = decode(content, name)
    if shared is None:
        shared = shared_around(path.parent)
    checked = text if isinstance(text, Diagnostic) else check(name, text, shared=shared)
    if isinstance(checked, Project):
        diagnostics = list(run_rules(checked, SHAPE))
        if not diagnostics:
            return checked.spec
        checked = diagnostics
    wrong = [checked] if isinstance(checked, Diagnostic) else checked
    raise Failure("\n".join(map(str, sorted(wrong))), remedy=f"`mlops-spec lint {path}` shows each in its place")


def shared_around(folder: Path) -> Shared:
    """What the models of the repository that a folder lies in share.

    Raises:
        Failure: its `pyproject.toml` can't be read, or says what it can't (exit 78).
    """
    root = root_of(folder)
    content = project_of(root)
    return shared_of(str(root / PROJECT), content if content and may_set(content) else None)


def check(
    file: str, text: str, today: date | None = None, shared: Shared = NOTHING_SHARED
) -> Project | list[Diagnostic]:
    """Text and shape: what rules can look at, or why they can't."""
    document = parse(file, text)
    if isinstance(document, list):
        return document
    spec = validate(document, shared)
    if isinstance(spec, list):
        return [*spec, *_unanswered_questions(document, spec, shared)]
    return Project(spec, document, today or datetime.now(UTC).date(), shared)


def _unanswered_questions(document: Document, wrong: Sequence[Diagnostic], shared: Shared) -> Iterator[Diagnostic]:
    rule = unanswered_value
    diagnostics = (
        placed(document, Kind(rule.CODE, rule.NAME, rule.SEVERITY), each) for each in rule.check(document, shared)
    )
    return (each for each in diagnostics if all(each.span != other.span for other in wrong))
