"""Lints specs: reads, parses, validates, runs the rules, drops what is ignored, sorts; and fixes them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_spec.document.diagnostic import Diagnostic
from mlops_spec.document.source import decode
from mlops_spec.errors import Exit, Failure
from mlops_spec.lint.findings import run_rules
from mlops_spec.lint.fix import fixed
from mlops_spec.lint.load import check
from mlops_spec.lint.suppress import suppress
from mlops_spec.rules.registry import pages, rules
from mlops_spec.spec.shared import NOTHING_SHARED
from mlops_spec.system.files import followed, write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from mlops_spec.spec.shared import Shared

    Kept = Callable[[Iterable[Diagnostic]], list[Diagnostic]]

PAGES = (*pages("shape"), *pages("spec"))
RULES = (*rules("shape"), *rules("spec"))
KNOWN = frozenset(page.CODE for page in PAGES)
_ENOUGH = 50  # files for which a process is worth starting


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
