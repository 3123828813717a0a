"""Lints a spec against its repository: files, code, data, locks, settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import Diagnostic
from mlops_spec.document.source import decode
from mlops_spec.lint.findings import run_rules
from mlops_spec.lint.load import check
from mlops_spec.lint.suppress import ignored_there, suppress
from mlops_spec.repository.view import ALONE, Beside, Repository, Surroundings
from mlops_spec.rules.pages import PAGES
from mlops_spec.rules.registry import rules
from mlops_spec.rules.rule import Project

if TYPE_CHECKING:
    from datetime import date

    from mlops_spec.repository.listing import Listing

RULES = rules("repository")
KNOWN = frozenset(page.CODE for page in PAGES)


def lint_around(
    file: str,
    content: bytes,
    listing: Listing,
    today: date,
    beside: Beside = ALONE,
) -> list[Diagnostic]:
    """What is wrong around the spec in a file; `listing` is what Git has in its folder."""
    folder = Path(file).parent
    text = decode(content, file)
    if isinstance(text, Diagnostic):
        return []

    def read(path: str) -> bytes:
        return (folder / path).read_bytes()

    around = Repository(
        folder.as_posix(), listing.sizes, read, listing.inside, listing.origin, listing.made, listing.above
    )
    return lint_repository(file, text, around, today, beside)


def lint_repository(
    file: str,
    text: str,
    repository: Repository,
    today: date,
    beside: Beside = ALONE,
) -> list[Diagnostic]:
    """What is wrong around a spec, in the order of the files; nothing where the spec itself is not valid."""
    project = check(file, text, today, beside.shared)
    if not isinstance(project, Project):
        return []
    diagnostics = list(run_rules(Surroundings(project.spec, project.document, repository, today, *beside), RULES))
    here = [each for each in diagnostics if each.file == file]
    around = [each for each in diagnostics if each.file != file and not ignored_there(each)]
    return sorted([*suppress(project.document, here, KNOWN, around=True), *around])
