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
from mlops_spec.lint.report import Run, chosen, report
from mlops_spec.platforms.github.workflow.files import absent, is_script, is_workflow, repositories
from mlops_spec.platforms.github.workflow.files import files as files_of
from mlops_spec.system.garbage import lasting

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from mlops_spec.document.diagnostic import Diagnostic


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
    known: Path | None = None,
    recording: bool = False,
) -> int:
    """Prints what is wrong at `paths`: specs, workflows, and folders with both; dates are judged as of `day`.

    `day` is `YYYY-MM-DD`, none today; `workflows` are read as such whatever they are called, and roots of repositories.
    `root` is where `pyproject.toml` lies, `known` a baseline; with `recording` it is written.
    """
    counting = _checked_settings(root)
    given = [Path(path) for path in paths]
    files = contents(path for path in given if not is_workflow(path))
    day = day or cache.today()
    if fixing:
        files = _fix_specs(files, day, counting)
    linted = through_cache(files, day, lambda unknown: _lint_specs(unknown, day)) if cached else _lint_specs(files, day)
    roots = dict.fromkeys([*_workflow_roots(given, files), *workflows])
    meant = repositories(roots, all_of=() if given else workflows)
    if fixing:
        _fix_workflows(meant, counting)
    parts = [
        Part(linted),
        *_lint_surroundings(files, roots, day, cached=cached),
        *_lint_all_workflows(meant, day, cached=cached),
    ]
    found = counting.kept(each for part in parts for found in part.linted.found.values() for each in found)
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


def _lint_specs(files: Mapping[str, bytes], day: str) -> Linted:
    _load()
    from mlops_spec.lint.specs import KNOWN, lint_all  # noqa: PLC0415 - see _load

    return Linted(lint_all(files, date.fromisoformat(day)), len(KNOWN))


def _workflow_roots(given: Iterable[Path], specs: Iterable[str]) -> Iterator[Path]:
    folders = [path for path in given if path.is_dir()]
    yield from (path for path in given if is_workflow(path))
    yield from folders
    yield from (Path(spec).parent for spec in specs if any(folder in Path(spec).parents for folder in folders))


def _lint_surroundings(
    specs: Mapping[str, bytes], roots: Collection[Path], day: str, *, cached: bool
) -> Iterator[Part]:
    meant = {name: folder for name in specs if (folder := Path(name).parent) in roots}
    if not meant:
        return
    from mlops_spec.repository.listing import listings as listings_of  # noqa: PLC0415 - it loads Git's calls: 10 ms

    listings = listings_of(meant.values())
    for name, folder in meant.items():
        content, listing = specs[name], listings[folder]
        if isinstance(listing, Failure):
            remedy = f": {listing.remedy}" if listing.remedy else ""
            unseen = f"code, data, locks and settings around {name}: {listing.message}{remedy}"
            yield Part(Linted({}, 0), "file around it", unseen=unseen, exit_code=listing.exit_code)
            continue

        def lint_all(_: Mapping[str, bytes]) -> Linted:
            _load()
            from mlops_spec.lint.repository import RULES, lint_around  # noqa: PLC0415 - see _load

            diagnostics = lint_around(name, content, listing, date.fromisoformat(day))  # noqa: B023 - called at once
            return Linted({name: diagnostics}, len(RULES))  # noqa: B023

        one = {name: content}
        linted = through_cache(one, day, lint_all, beside=listing.fingerprint) if cached else lint_all(one)
        count = len(listing.sizes)
        yield Part(linted, "file around it", count, count, _unlinted_specs_note(folder, listing.sizes, specs))


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


def _fix_specs(files: Mapping[str, bytes], day: str, counting: settings.Settings) -> dict[str, bytes]:
    _load()
    from mlops_spec.lint.specs import fix_files  # noqa: PLC0415 - see _load

    right, counts = fix_files(files, date.fromisoformat(day), counting.kept)
    for name, count in counts.items():
        words.err(f"fixed {count} in {name}")
    return dict(right)


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
