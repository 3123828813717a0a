"""Lints a repository's workflows: each is judged with all others and the spec in view."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from mlops_spec.document import Document
from mlops_spec.document.diagnostic import Diagnostic
from mlops_spec.document.parse import parse
from mlops_spec.document.source import decode
from mlops_spec.layout import PROJECT
from mlops_spec.lint.findings import run_rules
from mlops_spec.lint.fix import fixed
from mlops_spec.lint.load import check
from mlops_spec.lint.suppress import ignored_there, suppress
from mlops_spec.platforms.github.workflow.command import runs_ours
from mlops_spec.platforms.github.workflow.companions import is_settings
from mlops_spec.platforms.github.workflow.files import is_script
from mlops_spec.platforms.github.workflow.jobs import Reading
from mlops_spec.platforms.github.workflow.named_files import MAKEFILE
from mlops_spec.platforms.github.workflow.read import read
from mlops_spec.rules.pages import PAGES
from mlops_spec.rules.registry import rules
from mlops_spec.rules.rule import Project
from mlops_spec.spec.shared import Shared
from mlops_spec.validate.project import read_shared

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from mlops_spec.spec import Spec

RULES = rules("workflows")
_TABLE = b"[tool.mlops-spec"
KNOWN = frozenset(page.CODE for page in PAGES)


def lint_workflows(
    root: str,
    files: Mapping[str, bytes],
    spec: bytes | None,
    *,
    meant: Collection[str] | None = None,
    absent: frozenset[str] = frozenset(),
) -> dict[str, list[Diagnostic]]:
    """What is wrong with the workflows among `files`, by path from `root`; `meant`: which, by default all of ours.

    `spec` is what `model.yaml` holds, or of many models the `pyproject.toml` at their root; rules that compare with it
    are silent where it is not valid. `absent` is what workflows name and the repository does not have.
    """
    documents: dict[str, Document] = {}
    diagnostics_by_path: dict[str, list[Diagnostic]] = {}
    for path, content in files.items():
        if is_script(path):
            continue
        document = _document(str(PurePath(root, path)), content)
        if not isinstance(document, list):
            documents[path] = document
        elif path in (meant or ()) or (meant is None and runs_ours(content.decode("utf-8", "replace"))):
            diagnostics_by_path[path] = document
    sources = dict(_sources(root, files))
    scripts = {path: each.text for path, each in sources.items() if path.endswith(".sh") or path == MAKEFILE}
    delivery = read(documents, _spec(spec), every=meant is not None, sources=sources)
    delivery = replace(delivery, scripts=scripts, absent=absent)
    told: set[Diagnostic] = set()  # what two workflows run is told once
    for path, workflow in delivery.workflows.items():
        if meant is None or path in meant:
            diagnostics = list(run_rules(Reading(workflow, delivery), RULES))
            here = [diagnostic for diagnostic in diagnostics if diagnostic.file == workflow.document.file]
            called = {
                diagnostic
                for diagnostic in diagnostics
                if diagnostic.file != workflow.document.file and not ignored_there(diagnostic)
            }
            diagnostics_by_path[path] = sorted([*suppress(workflow.document, here, KNOWN), *(called - told)])
            told |= called
    return {str(PurePath(root, path)): diagnostics_by_path[path] for path in files if path in diagnostics_by_path}


def _sources(root: str, files: Mapping[str, bytes]) -> Iterator[tuple[str, Document]]:
    for path, content in files.items():
        if not is_script(path):
            continue
        name = str(PurePath(root, path))
        if not is_settings(path):
            yield path, Document(name, content.decode("utf-8", "replace"), None, {})
        elif not isinstance(document := _document(name, content), list):
            yield path, document


def fix_workflows(
    root: str,
    files: Mapping[str, bytes],
    spec: bytes | None,
    kept: Callable[[Iterable[Diagnostic]], list[Diagnostic]] = list,
    *,
    meant: Collection[str] | None = None,
) -> tuple[dict[str, bytes], dict[str, int]]:
    """The files with everything fixed that has one right answer, and how many findings that took in each; both by path.

    `kept` says which findings count.
    """
    right, counts = dict(files), {}
    names = {path: str(PurePath(root, path)) for path in files}
    diagnostics = lint_workflows(root, files, spec, meant=meant)
    for path in [path for path in files if any(each.edits for each in diagnostics.get(names[path], ()))]:

        def lint(changed: str) -> list[Diagnostic]:
            linted = lint_workflows(root, right | {path: changed.encode()}, spec, meant=meant)  # noqa: B023 - at once
            return kept(linted.get(names[path], ()))  # noqa: B023

        text, count = fixed(files[path].decode(), lint)
        if count:
            right[path], counts[path] = text.encode(), count
    return right, counts


def _document(name: str, content: bytes) -> Document | list[Diagnostic]:
    text = decode(content, name)
    return [text] if isinstance(text, Diagnostic) else parse(name, text, aliases=True)


def _spec(content: bytes | None) -> Spec | Shared | None:
    text = decode(content, "model.yaml") if content is not None else None
    checked = check("model.yaml", text) if isinstance(text, str) else None
    if isinstance(checked, Project):
        return checked.spec
    shared = read_shared(str(PROJECT), content) if content and _TABLE in content else None
    return shared if isinstance(shared, Shared) else None
