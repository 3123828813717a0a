"""One run of the linter: files in, report out, exit code back."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec import words
from mlops_spec.document.diagnostic import is_whole
from mlops_spec.document.spec_files import contents
from mlops_spec.errors import Exit
from mlops_spec.lint import cache, settings
from mlops_spec.lint.looks import (
    lint_all_workflows,
    lint_projects,
    lint_surroundings,
    load_rules,
    projects_of,
    read_workflows,
    spec_of,
)
from mlops_spec.lint.report import Run, chosen, report
from mlops_spec.platforms.github.workflow.files import is_workflow, repositories

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from mlops_spec.document.diagnostic import Diagnostic
    from mlops_spec.lint.looks import Part, Project


def lint(  # noqa: PLR0913 - one argument for each option
    paths: Iterable[str | Path],
    *,
    workflows: Collection[Path] = (),
    style: str = "auto",
    day: str = "",
    fixing: bool = False,
    cached: bool = True,
    root: Path = Path(),
    around: Collection[Path] = (),
    known: Path | None = None,
    recording: bool = False,
) -> int:
    """Prints what is wrong at `paths`: specs, workflows, and folders with both; dates are judged as of `day`.

    `day` is `YYYY-MM-DD`, none today; `workflows` are read as such whatever they are called, and roots of repositories.
    `root` is where `pyproject.toml` lies; `around` are models' folders whose surroundings count. `known` is a baseline;
    with `recording` it is written.
    """
    counting = _checked_settings(root)
    given = [Path(path) for path in paths]
    files = contents(path for path in given if not is_workflow(path))
    day = day or cache.today()
    projects = projects_of(files)
    roots = dict.fromkeys([*_workflow_roots(given, files), *workflows])
    meant = repositories(roots, all_of=() if given else workflows)
    if fixing:
        files |= _fix_specs(projects, files, day, counting)
        _fix_workflows(meant, counting)
    parts = [
        *lint_projects(projects, files, day, cached=cached),
        *lint_surroundings(projects, files, {*roots, *around}, day, cached=cached),
        *lint_all_workflows(meant, day, cached=cached),
    ]
    told = (each for part in parts for found in part.linted.found.values() for each in found)
    found = counting.kept(dict.fromkeys(told))  # what all models share is wrong once
    if known:
        found = _record_baseline(known, found) if recording else _unknown_to_baseline(known, found)
    words.out(report(_summary(found, parts), chosen(style, os.environ), colour=words.coloured()), end="")
    if any(is_whole(each.kind) for each in found):
        return Exit.USAGE
    return Exit.FINDINGS if found else max(part.exit_code for part in parts)


def _summary(found: list[Diagnostic], parts: list[Part]) -> Run:
    rules = sum({part.what: part.linted.rules for part in parts if part.linted.found}.values())
    files = [name for part in parts if not part.what for name in part.linted.found]
    beside = []
    for what in dict.fromkeys(part.what for part in parts if part.what):
        seen = sum(part.seen for part in parts if part.what == what)
        there = sum(part.there for part in parts if part.what == what)
        word, _, rest = what.partition(" ")
        if there:
            named = f"{word}{'' if there == 1 else 's'} {rest}".rstrip()
            beside.append(f"{seen}{'' if seen == there else f' of {there}'} {named}")
    return Run(found, files, rules, beside, [part.unseen for part in parts if part.unseen])


def _checked_settings(root: Path) -> settings.Settings:
    given = settings.read(root)
    if given != settings.Settings():
        load_rules()
        from mlops_spec.lint.workflows import KNOWN  # noqa: PLC0415 - see load_rules

        settings.refuse_unknown(given, KNOWN, str(root / settings.FILE))
    return given


def _record_baseline(known: Path, found: list[Diagnostic]) -> list[Diagnostic]:
    from mlops_spec.lint.baseline import record  # noqa: PLC0415 - of no use without a baseline

    count = record(known, found)
    words.err(f"{known}: {count} findings recorded")
    return [each for each in found if is_whole(each.kind)]


def _unknown_to_baseline(known: Path, found: list[Diagnostic]) -> list[Diagnostic]:
    from mlops_spec.lint.baseline import compare  # noqa: PLC0415 - of no use without a baseline

    new, gone = compare(known, found)
    if gone:
        words.err(f"{known}: {gone} of its findings are gone; --write-baseline forgets them")
    return list(new)


def _workflow_roots(given: Iterable[Path], specs: Iterable[str]) -> Iterator[Path]:
    folders = [path for path in given if path.is_dir()]
    yield from (path for path in given if is_workflow(path))
    yield from folders
    yield from (Path(spec).parent for spec in specs if any(folder in Path(spec).parents for folder in folders))


def _fix_specs(
    projects: Iterable[Project], files: Mapping[str, bytes], day: str, counting: settings.Settings
) -> dict[str, bytes]:
    load_rules()
    from mlops_spec.lint.specs import fix_files  # noqa: PLC0415 - see load_rules

    fixed: dict[str, bytes] = {}
    for project in projects:
        if isinstance(shared := project.shared(), list):
            continue
        own = {name: files[name] for name in project.specs}
        right, counts = fix_files(own, date.fromisoformat(day), counting.kept, shared)
        fixed |= right
        for name, count in counts.items():
            words.err(f"fixed {count} in {name}")
    return fixed


def _fix_workflows(given: Mapping[Path, Collection[str] | None], counting: settings.Settings) -> None:
    for root, meant in given.items():
        if not (contents_by_path := read_workflows(root, meant)):
            continue
        load_rules()
        from mlops_spec.lint.specs import write_file  # noqa: PLC0415 - see load_rules
        from mlops_spec.lint.workflows import fix_workflows  # noqa: PLC0415 - see load_rules

        right, counts = fix_workflows(str(root), contents_by_path, spec_of(root), counting.kept, meant=meant)
        for path, count in counts.items():
            write_file(str(root / path), right[path])
            words.err(f"fixed {count} in {root / path}")
