"""The looks of one run of the linter: at specs, at what lies around them, at workflows; each through the cache."""

from __future__ import annotations

import os
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec import model_folder
from mlops_spec.errors import Exit, Failure
from mlops_spec.layout import PROJECT
from mlops_spec.lint.cache.cached_lint import Linted, through_cache
from mlops_spec.lint.cache.clean import may_set
from mlops_spec.platforms.github.workflow.files import absent, is_script
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


class Project(NamedTuple):
    """The specs of one repository, and what its `pyproject.toml` may say for all of them; empty: nothing."""

    root: Path
    settings: bytes
    specs: tuple[str, ...]

    @property
    def file(self) -> str:
        """Where `settings` are."""
        return str(self.root / PROJECT)

    def shared(self) -> Shared | list[Diagnostic]:
        """What they say, or what is wrong with them."""
        from mlops_spec.validate.project import read_shared  # noqa: PLC0415 - see load_rules

        return read_shared(self.file, self.settings)


def projects_of(files: Iterable[str]) -> list[Project]:
    """The repositories that these specs lie in."""
    by_root: dict[Path, list[str]] = {}
    for name in files:
        by_root.setdefault(root_of(Path(name).parent), []).append(name)
    contents_by_root = ((root, project_of(root) or b"", names) for root, names in by_root.items())
    return [Project(root, said if may_set(said) else b"", tuple(names)) for root, said, names in contents_by_root]


def lint_projects(projects: Iterable[Project], files: Mapping[str, bytes], day: str, *, cached: bool) -> Iterator[Part]:
    """What is wrong with the specs of each repository."""
    for project in projects:
        own = {name: files[name] for name in project.specs}

        def lint_unknown(unknown: Mapping[str, bytes]) -> Linted:
            return _lint_specs(project, unknown, day)  # noqa: B023 - called at once

        yield Part(through_cache(own, day, lint_unknown, beside=project.settings) if cached else lint_unknown(own))


def _lint_specs(project: Project, files: Mapping[str, bytes], day: str) -> Linted:
    load_rules()
    from mlops_spec.lint.specs import KNOWN, lint_all  # noqa: PLC0415 - see load_rules

    shared = project.shared()
    if isinstance(shared, list):  # of no model is then known what it says
        return Linted(dict.fromkeys(files, shared), len(KNOWN))
    return Linted(lint_all(files, date.fromisoformat(day), shared), len(KNOWN))


def lint_surroundings(
    projects: Iterable[Project],
    specs: Mapping[str, bytes],
    folders: Collection[Path],
    day: str,
    *,
    cached: bool,
) -> Iterator[Part]:
    """What is wrong with the files around the specs that lie in these folders."""
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
        load_rules()
        shared = project.shared()
        if isinstance(shared, list):
            return Linted({}, 0)  # told once, of the specs themselves
        from mlops_spec.lint.repository import RULES, lint_around  # noqa: PLC0415 - see load_rules
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


def lint_all_workflows(meant: Mapping[Path, Collection[str] | None], day: str, *, cached: bool) -> list[Part]:
    """What is wrong with the workflows of each root, or with those of its files that are meant."""
    return [_lint_workflows(root, paths, day, cached=cached) for root, paths in meant.items()]


def _lint_workflows(root: Path, meant: Collection[str] | None, day: str, *, cached: bool) -> Part:
    contents_by_path = read_workflows(root, meant)
    there = len([path for path in contents_by_path if not is_script(path)] if meant is None else meant)
    known = spec_of(root)
    named = {str(root / path): content for path, content in contents_by_path.items() if meant is None or path in meant}

    unmatched = absent(root, contents_by_path)

    def lint_all(_: Mapping[str, bytes]) -> Linted:
        load_rules()
        from mlops_spec.lint.workflows import RULES, lint_workflows  # noqa: PLC0415 - see load_rules

        diagnostics = lint_workflows(str(root), contents_by_path, known, meant=meant, absent=unmatched)
        return Linted({name: diagnostics[name] for name in named if name in diagnostics}, len(RULES))

    beside = repr((sorted(contents_by_path.items()), known, meant and sorted(meant), sorted(unmatched))).encode()
    linted = through_cache(named, day, lint_all, beside=beside) if cached and named else lint_all(named)
    return Part(linted, "workflow", len(linted.found), there)


def read_workflows(root: Path, meant: Collection[str] | None) -> dict[str, bytes]:
    """The workflows below a root, what they run, and the files that are meant, by path."""
    return files_of(root) | {path: (root / path).read_bytes() for path in meant or ()}


def spec_of(root: Path) -> bytes | None:
    """The spec at a root, or of a repository of many models the file that says what they share."""
    found = next((file for file in (root / model_folder.SPEC, root / PROJECT) if file.is_file()), None)
    return found.read_bytes() if found else None


def load_rules() -> None:
    """Loads the rules and pydantic, once there is something to look at, and without what only slows that down.

    Each caller imports what it needs of them afterwards, so that a run that has nothing to look at pays for none.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # no other package has a say in what a spec is
    with lasting():
        import_module("mlops_spec.lint.specs")
