"""One run of the linter: files in, report out, exit code back."""

from __future__ import annotations

import os
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec import cache, layout, settings, words
from mlops_spec.cache.through import Linted, through_cache
from mlops_spec.diagnostic import is_whole
from mlops_spec.document.find import contents
from mlops_spec.errors import Exit
from mlops_spec.lasting import lasting
from mlops_spec.report import Run, chosen, report
from mlops_spec.workflow_files import files as files_of
from mlops_spec.workflow_files import is_workflow, repositories

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from types import ModuleType

    from mlops_spec.diagnostic import Diagnostic


def lint(  # noqa: PLR0913 - one argument for each option
    paths: Iterable[str | Path],
    *,
    workflows: Iterable[Path] = (),
    style: str = "auto",
    day: str = "",
    fixing: bool = False,
    cached: bool = True,
    root: Path = Path(),
    known: Path | None = None,
    recording: bool = False,
) -> int:
    """Prints what is wrong at `paths`: specs, workflows, and folders with both; dates are judged as of `day`.

    `day` is `YYYY-MM-DD`, none today; `workflows` are read as such whatever they are called, and roots of repositories.
    `root` is where `pyproject.toml` lies, `known` a baseline; with `recording` it is written.
    """
    counting = _settings(root)
    given = [Path(path) for path in paths]
    files = contents(path for path in given if not is_workflow(path))
    day = day or cache.today()
    if fixing:
        files = _fixed(files, day, counting)
    linted = through_cache(files, day, lambda unknown: _linted(unknown, day)) if cached else _linted(files, day)
    roots = dict.fromkeys([*_beside(given, files), *workflows])
    if fixing:
        _fix_delivery(roots, counting)
    around = _around(files, roots, day, cached=cached)
    all_linted = [linted, *around, *_delivery(roots, day, cached=cached)]
    found = counting.kept(each for part in all_linted for found in part.found.values() for each in found)
    if known:
        found = _recorded(known, found) if recording else _new(known, found)
    names = dict.fromkeys(name for part in all_linted for name in part.found)
    run = Run(found, list(names), max(part.rules for part in all_linted))
    words.out(report(run, chosen(style, os.environ), colour=words.coloured()), end="")
    if any(is_whole(each.kind) for each in found):
        return Exit.USAGE
    return Exit.FINDINGS if found else Exit.OK


def _settings(root: Path) -> settings.Settings:
    """The repository's settings, whose codes are held against the rules only where there are any."""
    given = settings.read(root)
    if given != settings.Settings():
        settings.refuse_unknown(given, _workflow_rules().KNOWN, str(root / settings.FILE))
    return given


def _recorded(known: Path, found: list[Diagnostic]) -> list[Diagnostic]:
    """Writes the baseline; what is left is what none can hold."""
    count = import_module("mlops_spec.baseline").record(known, found)
    words.err(f"{known}: {count} findings recorded")
    return [each for each in found if is_whole(each.kind)]


def _new(known: Path, found: list[Diagnostic]) -> list[Diagnostic]:
    new, gone = import_module("mlops_spec.baseline").compare(known, found)
    if gone:
        words.err(f"{known}: {gone} of its findings are gone; --write-baseline forgets them")
    return list(new)


def _linted(files: Mapping[str, bytes], day: str) -> Linted:
    rules = _rules()
    return Linted(rules.lint_all(files, date.fromisoformat(day)), len(rules.KNOWN))


def _beside(given: Iterable[Path], specs: Iterable[str]) -> Iterator[Path]:
    """The workflows among what was given, and the folders, and those of the specs below them, where some may lie."""
    folders = [path for path in given if path.is_dir()]
    yield from (path for path in given if is_workflow(path))
    yield from folders
    yield from (Path(spec).parent for spec in specs if any(folder in Path(spec).parents for folder in folders))


def _around(specs: Mapping[str, bytes], roots: Collection[Path], day: str, *, cached: bool) -> Iterator[Linted]:
    """What is wrong around the specs of these folders, each in the repository that Git has there."""
    meant = {name: folder for name in specs if (folder := Path(name).parent) in roots}
    if not meant:
        return
    listings = import_module("mlops_spec.repository.around").listings(meant.values())  # Git: 10 ms
    for name, folder in meant.items():
        if folder not in listings:
            continue
        content, (sizes, fingerprint) = specs[name], listings[folder]

        def lint_all(_: Mapping[str, bytes]) -> Linted:
            rules = _repository_rules()
            diagnostics = rules.lint_around(name, content, sizes, date.fromisoformat(day))  # noqa: B023 - called at once
            return Linted({name: diagnostics}, len(rules.KNOWN))  # noqa: B023

        one = {name: content}
        yield through_cache(one, day, lint_all, beside=fingerprint) if cached else lint_all(one)


def _delivery(given: Iterable[Path], day: str, *, cached: bool) -> list[Linted]:
    return [_workflows(root, meant, day, cached=cached) for root, meant in repositories(given).items()]


def _workflows(root: Path, meant: Collection[str] | None, day: str, *, cached: bool) -> Linted:
    """What is wrong with the workflows of one repository, those that are `meant` or all of ours, seen together."""
    found = _read_workflows(root, meant)
    if not found:
        return Linted({}, 0)
    known = _spec_of(root)
    named = {str(root / path): content for path, content in found.items() if meant is None or path in meant}

    def lint_all(_: Mapping[str, bytes]) -> Linted:
        rules = _workflow_rules()
        diagnostics = rules.lint_workflows(str(root), found, known, meant=meant)
        return Linted({name: diagnostics.get(name, ()) for name in named}, len(rules.KNOWN))

    beside = repr((sorted(found.items()), known, meant and sorted(meant))).encode()
    if not named:
        return Linted({}, 0)
    return through_cache(named, day, lint_all, beside=beside) if cached else lint_all(named)


def _fixed(files: Mapping[str, bytes], day: str, counting: settings.Settings) -> dict[str, bytes]:
    right, counts = _rules().fix_files(files, date.fromisoformat(day), counting.kept)
    for name, count in counts.items():
        words.err(f"fixed {count} in {name}")
    return dict(right)


def _fix_delivery(given: Iterable[Path], counting: settings.Settings) -> None:
    """Writes what has one right answer into the workflows of the repositories."""
    for root, meant in repositories(given).items():
        if not (found := _read_workflows(root, meant)):
            continue
        rules = _workflow_rules()
        right, counts = rules.fix_workflows(str(root), found, _spec_of(root), counting.kept, meant=meant)
        for path, count in counts.items():
            _rules().write_file(str(root / path), right[path])
            words.err(f"fixed {count} in {root / path}")


def _read_workflows(root: Path, meant: Collection[str] | None) -> dict[str, bytes]:
    return files_of(root) | {path: (root / path).read_bytes() for path in meant or ()}


def _spec_of(root: Path) -> bytes | None:
    spec = root / layout.SPEC
    return spec.read_bytes() if spec.is_file() else None


def _workflow_rules() -> ModuleType:
    _rules()
    return import_module("mlops_spec.lint_workflows")


def _repository_rules() -> ModuleType:
    _rules()
    return import_module("mlops_spec.lint_repository")


def _rules() -> ModuleType:
    """The rules and pydantic, loaded when there is something to look at, and without what only slows that down."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # no other package has a say in what a spec is
    with lasting():
        return import_module("mlops_spec.lint")
