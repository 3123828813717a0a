"""One run of the linter: files in, report out, exit code back."""

from __future__ import annotations

import os
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec import model_folder, words
from mlops_spec.document.diagnostic import is_whole
from mlops_spec.document.spec_files import contents
from mlops_spec.errors import Exit, Failure
from mlops_spec.layout import PROJECT
from mlops_spec.lint import cache, settings
from mlops_spec.lint.cache.cached_lint import Linted, through_cache
from mlops_spec.lint.cache.clean import may_set
from mlops_spec.lint.report import Run, chosen, report
from mlops_spec.platforms.github.workflow.files import absent, is_script, is_workflow, repositories
from mlops_spec.platforms.github.workflow.files import files as files_of
from mlops_spec.repository.root import project_of, root_of
from mlops_spec.system.garbage import lasting

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from mlops_spec.document.diagnostic import Diagnostic
    from mlops_spec.spec.shared import Shared


class Part(NamedTuple):
    """What one kind of look found: at specs, at workflows, at the files around a spec."""

    linted: Linted
    #: what was looked at besides specs, a single one of them
    what: str = ""
    #: how many were looked at, of how many
    seen: int = 0
    there: int = 0
    #: what was not looked at, and why; and whether that is a reason to fail
    unseen: str = ""
    exit_code: Exit = Exit.OK


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
    projects = _projects(files)
    roots = dict.fromkeys([*_workflow_roots(given, files), *workflows])
    meant = repositories(roots, all_of=() if given else workflows)
    if fixing:
        files |= _fix_specs(projects, files, day, counting)
        _fix_workflows(meant, counting)
    parts = [
        *_lint_projects(projects, files, day, cached=cached),
        *_lint_surroundings(projects, files, {*roots, *around}, day, cached=cached),
        *_lint_all_workflows(meant, day, cached=cached),
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
        _load()
        from mlops_spec.lint.workflows import KNOWN  # noqa: PLC0415 - see _load

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


class Project(NamedTuple):
    """The specs of one repository, and what its `pyproject.toml` may say for all of them; empty: nothing."""

    root: Path
    settings: bytes
    specs: tuple[str, ...]

    @property
    def file(self) -> str:
        return str(self.root / PROJECT)

    def shared(self) -> Shared | list[Diagnostic]:
        from mlops_spec.validate.project import read_shared  # noqa: PLC0415 - see _load

        return read_shared(self.file, self.settings)


def _projects(files: Iterable[str]) -> list[Project]:
    by_root: dict[Path, list[str]] = {}
    for name in files:
        by_root.setdefault(root_of(Path(name).parent), []).append(name)
    contents_by_root = ((root, project_of(root) or b"", names) for root, names in by_root.items())
    return [Project(root, said if may_set(said) else b"", tuple(names)) for root, said, names in contents_by_root]


def _lint_projects(
    projects: Iterable[Project], files: Mapping[str, bytes], day: str, *, cached: bool
) -> Iterator[Part]:
    for project in projects:
        own = {name: files[name] for name in project.specs}

        def lint_unknown(unknown: Mapping[str, bytes]) -> Linted:
            return _lint_specs(project, unknown, day)  # noqa: B023 - called at once

        yield Part(through_cache(own, day, lint_unknown, beside=project.settings) if cached else lint_unknown(own))


def _lint_specs(project: Project, files: Mapping[str, bytes], day: str) -> Linted:
    _load()
    from mlops_spec.lint.specs import KNOWN, lint_all  # noqa: PLC0415 - see _load

    shared = project.shared()
    if isinstance(shared, list):  # of no model is then known what it says
        return Linted(dict.fromkeys(files, shared), len(KNOWN))
    return Linted(lint_all(files, date.fromisoformat(day), shared), len(KNOWN))


def _workflow_roots(given: Iterable[Path], specs: Iterable[str]) -> Iterator[Path]:
    folders = [path for path in given if path.is_dir()]
    yield from (path for path in given if is_workflow(path))
    yield from folders
    yield from (Path(spec).parent for spec in specs if any(folder in Path(spec).parents for folder in folders))


def _lint_surroundings(
    projects: Iterable[Project],
    specs: Mapping[str, bytes],
    folders: Collection[Path],
    day: str,
    *,
    cached: bool,
) -> Iterator[Part]:
    for project in projects:
        meant = {name: folder for name in project.specs if (folder := Path(name).parent) in folders}
        if meant:
            yield from _lint_around(project, {name: specs[name] for name in meant}, specs, day, cached=cached)


def _lint_around(
    project: Project, meant: Mapping[str, bytes], specs: Collection[str], day: str, *, cached: bool
) -> Iterator[Part]:
    from mlops_spec.lint.patterns import patterns_in  # noqa: PLC0415 - as the next
    from mlops_spec.repository.listing import listings as listings_of  # noqa: PLC0415 - it loads Git's calls: 10 ms
    from mlops_spec.repository.near import near  # noqa: PLC0415 - as above

    by_folder = listings_of([Path(name).parent for name in meant])
    listings = {name: by_folder[Path(name).parent] for name in meant}
    for name, refused in listings.items():
        if isinstance(refused, Failure):
            remedy = f": {refused.remedy}" if refused.remedy else ""
            unseen = f"code, data, locks and settings around {name}: {refused.message}{remedy}"
            yield Part(Linted({}, 0), "file around it", unseen=unseen, exit_code=refused.exit_code)
    seen = {name: listing for name, listing in listings.items() if not isinstance(listing, Failure)}
    if not seen:
        return
    by_place = near({Path(name).parent for name in seen}, patterns_in(project.settings))
    beside = {name: by_place[Path(name).parent] for name in seen}

    def lint_unknown(unknown: Mapping[str, bytes]) -> Linted:
        _load()
        shared = project.shared()
        if isinstance(shared, list):
            return Linted({}, 0)  # told once, of the specs themselves
        from mlops_spec.lint.repository import RULES, lint_around  # noqa: PLC0415 - see _load
        from mlops_spec.lint.specs import in_processes  # noqa: PLC0415
        from mlops_spec.repository.view import Beside  # noqa: PLC0415

        today = date.fromisoformat(day)
        tasks = [(name, meant[name], seen[name], today, Beside(shared, beside[name])) for name in unknown]
        return Linted(dict(zip(unknown, in_processes(lint_around, tasks), strict=True)), len(RULES))

    own = {name: meant[name] for name in seen}
    around = {name: listing.fingerprint + repr(beside[name]).encode() for name, listing in seen.items()}
    linted = (
        through_cache(own, day, lint_unknown, beside=project.settings, around=around) if cached else lint_unknown(own)
    )
    count = sum(len(listing.sizes) for listing in seen.values())
    notes = [_unlinted_specs_note(Path(name).parent, listing.sizes, specs) for name, listing in seen.items()]
    yield Part(linted, "file around it", count, count, next(filter(None, notes), ""))


def _unlinted_specs_note(folder: Path, names: Collection[str], specs: Collection[str]) -> str:
    below = [name for name in names if name.endswith(f"/{model_folder.SPEC}") and str(folder / name) not in specs]
    return f"{len(below)} more specs below, such as {below[0]}: `mlops-spec lint {folder}` does" if below else ""


def _lint_all_workflows(meant: Mapping[Path, Collection[str] | None], day: str, *, cached: bool) -> list[Part]:
    return [_lint_workflows(root, paths, day, cached=cached) for root, paths in meant.items()]


def _lint_workflows(root: Path, meant: Collection[str] | None, day: str, *, cached: bool) -> Part:
    contents_by_path = _read_workflows(root, meant)
    there = len([path for path in contents_by_path if not is_script(path)] if meant is None else meant)
    known = _spec_of(root)
    named = {str(root / path): content for path, content in contents_by_path.items() if meant is None or path in meant}

    unmatched = absent(root, contents_by_path)

    def lint_all(_: Mapping[str, bytes]) -> Linted:
        _load()
        from mlops_spec.lint.workflows import RULES, lint_workflows  # noqa: PLC0415 - see _load

        diagnostics = lint_workflows(str(root), contents_by_path, known, meant=meant, absent=unmatched)
        return Linted({name: diagnostics[name] for name in named if name in diagnostics}, len(RULES))

    beside = repr((sorted(contents_by_path.items()), known, meant and sorted(meant), sorted(unmatched))).encode()
    linted = through_cache(named, day, lint_all, beside=beside) if cached and named else lint_all(named)
    return Part(linted, "workflow", len(linted.found), there)


def _fix_specs(
    projects: Iterable[Project], files: Mapping[str, bytes], day: str, counting: settings.Settings
) -> dict[str, bytes]:
    _load()
    from mlops_spec.lint.specs import fix_files  # noqa: PLC0415 - see _load

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
        if not (contents_by_path := _read_workflows(root, meant)):
            continue
        _load()
        from mlops_spec.lint.specs import write_file  # noqa: PLC0415 - see _load
        from mlops_spec.lint.workflows import fix_workflows  # noqa: PLC0415 - see _load

        right, counts = fix_workflows(str(root), contents_by_path, _spec_of(root), counting.kept, meant=meant)
        for path, count in counts.items():
            write_file(str(root / path), right[path])
            words.err(f"fixed {count} in {root / path}")


def _read_workflows(root: Path, meant: Collection[str] | None) -> dict[str, bytes]:
    return files_of(root) | {path: (root / path).read_bytes() for path in meant or ()}


def _spec_of(root: Path) -> bytes | None:
    """The spec at a root, or of a repository of many models the file that says what they share."""
    found = next((file for file in (root / model_folder.SPEC, root / PROJECT) if file.is_file()), None)
    return found.read_bytes() if found else None


def _load() -> None:
    """Loads the rules and pydantic, once there is something to look at, and without what only slows that down.

    Each caller imports what it needs of them afterwards, so that a run that has nothing to look at pays for none.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # no other package has a say in what a spec is
    with lasting():
        import_module("mlops_spec.lint.specs")
