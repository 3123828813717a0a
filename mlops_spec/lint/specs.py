"""Lints one file: read, parse, validate, run the rules, drop what is ignored, sort."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_spec.document import edit
from mlops_spec.document.diagnostic import Diagnostic, Kind, is_whole
from mlops_spec.document.parse import parse
from mlops_spec.document.source import decode
from mlops_spec.document.spec_files import contents
from mlops_spec.errors import Exit, Failure
from mlops_spec.layout import PROJECT
from mlops_spec.lint.cache.clean import may_set
from mlops_spec.lint.fix import fixed
from mlops_spec.lint.suppress import suppress
from mlops_spec.repository.root import project_of, root_of
from mlops_spec.rules.registry import pages, rules
from mlops_spec.rules.rule import Project, asked_for
from mlops_spec.rules.spec import unanswered_value
from mlops_spec.spec.shared import NOTHING_SHARED
from mlops_spec.system.files import followed, write_atomic
from mlops_spec.validate import validate
from mlops_spec.validate.project import shared_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Edit
    from mlops_spec.document.finding import Change, Finding
    from mlops_spec.platforms.github.workflow.jobs import Reading
    from mlops_spec.repository.view import Surroundings
    from mlops_spec.rules.rule import Rule
    from mlops_spec.spec import Spec
    from mlops_spec.spec.shared import Shared

    Kept = Callable[[Iterable[Diagnostic]], list[Diagnostic]]

RULES = rules("spec")
KNOWN = frozenset(page.CODE for page in pages("spec"))
#: Whether the parts of a spec fit together; what breaks one of these can be neither planned nor run.
WHOLE = tuple(rule for rule in RULES if is_whole(Kind(rule.CODE, rule.NAME, rule.SEVERITY)))
_ASKED = {rule.CODE: asked_for(rule) for rule in RULES}
_ENOUGH = 50  # files for which a process is worth starting


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
        diagnostics = list(run_rules(checked, WHOLE))
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


def lint_all(files: Mapping[str, bytes], today: date, shared: Shared = NOTHING_SHARED) -> dict[str, list[Diagnostic]]:
    """Lints many files, in as many processes as there are processors where that pays."""
    tasks = [(name, content, today, shared) for name, content in files.items()]
    return dict(zip(files, in_processes(lint_content, tasks), strict=True))


def in_processes(do: Callable[..., list[Diagnostic]], tasks: Sequence[tuple[Any, ...]]) -> list[list[Diagnostic]]:
    """What `do` says to each of the tasks, in their order."""
    processes = min(os.cpu_count() or 1, len(tasks) // _ENOUGH)
    if processes < 2 or not hasattr(os, "fork"):
        return [do(*task) for task in tasks]
    import multiprocessing  # noqa: PLC0415 - 5 ms that a single file need not wait for

    with multiprocessing.get_context("fork").Pool(processes) as pool:
        return pool.starmap(do, tasks, chunksize=_ENOUGH // 2)


def lint_content(file: str, content: bytes, today: date, shared: Shared = NOTHING_SHARED) -> list[Diagnostic]:
    """Lints a file's bytes."""
    text = decode(content, file)
    return [text] if isinstance(text, Diagnostic) else lint_text(file, text, today, shared)


def fix_files(
    files: Mapping[str, bytes], today: date, kept: Kept = list, shared: Shared = NOTHING_SHARED
) -> tuple[dict[str, bytes], dict[str, int]]:
    """Writes what has one right answer into the files; their bytes then, and how many findings each took.

    `kept` says which findings count.

    Raises:
        Failure: a file can't be written; it is then as it was.
    """
    right, counts = {}, {}
    for name, content in files.items():
        right[name], count = fix_content(name, content, today, kept, shared)
        if count:
            write_file(name, right[name])
            counts[name] = count
    return right, counts


def fix_content(
    file: str, content: bytes, today: date, kept: Kept = list, shared: Shared = NOTHING_SHARED
) -> tuple[bytes, int]:
    """The bytes with everything fixed that has one right answer, and how many findings that took."""
    text = decode(content, file)
    if isinstance(text, Diagnostic):
        return content, 0
    right, count = fixed(text, lambda changed: kept(lint_text(file, changed, today, shared)))
    return right.encode(), count


def write_file(name: str, content: bytes) -> None:
    """Writes a fixed file; Failure where that is not possible, and it is then as it was."""
    try:
        write_atomic(followed(Path(name), Path.cwd()), content)  # behind a link, the file and not the link
    except OSError as error:
        raise Failure(f"{name}: can't be written: {error.strerror}", exit_code=Exit.CONFIG) from error


def lint_text(file: str, text: str, today: date, shared: Shared = NOTHING_SHARED) -> list[Diagnostic]:
    """Everything that is wrong with one spec, in the order of the text."""
    project = check(file, text, today, shared)
    if isinstance(project, list):
        return sorted(project)
    return sorted(suppress(project.document, list(run_rules(project, RULES)), KNOWN))


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
        _diagnostic(document, Kind(rule.CODE, rule.NAME, rule.SEVERITY), each) for each in rule.check(document, shared)
    )
    return (each for each in diagnostics if all(each.span != other.span for other in wrong))


def run_rules(project: Project | Reading | Surroundings, rules: Sequence[Rule]) -> Iterator[Diagnostic]:
    """What the rules find, each thing once: one key may be wrong for several jobs."""
    yield from dict.fromkeys(_found(project, rules))


def _found(project: Project | Reading | Surroundings, rules: Sequence[Rule]) -> Iterator[Diagnostic]:
    for rule in rules:
        for finding in rule.check(*[getattr(project, name) for name in _ASKED.get(rule.CODE) or asked_for(rule)]):
            kind = Kind(rule.CODE, rule.NAME, rule.SEVERITY)
            yield _diagnostic(finding.document or project.document, kind, finding)


def _diagnostic(document: Document, kind: Kind, finding: Finding) -> Diagnostic:
    piece = finding.span or document.piece(finding.address, finding.piece, finding.earlier)
    place = piece or document.place(finding.address, key=finding.at_key)
    edits = [_edit(document, change) for change in finding.fix]
    whole = tuple(each for each in edits if each)
    return document.diagnostic(kind, place, finding.message, finding.hint, whole if len(whole) == len(edits) else ())


def _edit(document: Document, change: Change) -> Edit | None:
    if change.text is None:
        return edit.without(document, change.address)
    if change.at_key:
        return document.replace_key(change.address, change.text)
    if change.piece:
        return edit.exchanged(document, change.address, change.piece, change.text)
    return edit.written(document, change.address, change.text, before=change.before)
