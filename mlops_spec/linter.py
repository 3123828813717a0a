"""One run of the linter: files in, report out, exit code back."""

from __future__ import annotations

import gc
import os
import sys
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec import cache, settings
from mlops_spec.cache.through import Linted, through_cache
from mlops_spec.diagnostic import is_whole
from mlops_spec.document.find import contents
from mlops_spec.errors import Exit
from mlops_spec.report import Run, chosen, report

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import ModuleType

    from mlops_spec.diagnostic import Diagnostic


def lint(  # noqa: PLR0913 - one argument for each option
    paths: Iterable[str | Path],
    *,
    style: str = "auto",
    day: str = "",
    fixing: bool = False,
    cached: bool = True,
    root: Path = Path(),
    known: Path | None = None,
    recording: bool = False,
) -> int:
    """Prints what is wrong with the specs at `paths`; dates are judged as of `day` (`YYYY-MM-DD`; none: today).

    `root` is where `pyproject.toml` lies, `known` a baseline; with `recording` it is written.
    """
    counting = _settings(root)
    files = contents(paths)
    day = day or cache.today()
    if fixing:
        files = _fixed(files, day, counting)
    linted = through_cache(files, day, lambda unknown: _linted(unknown, day)) if cached else _linted(files, day)
    found = counting.kept(each for found in linted.found.values() for each in found)
    if known:
        found = _recorded(known, found) if recording else _new(known, found)
    run = Run(found, list(files), linted.rules)
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    sys.stdout.write(report(run, chosen(style, os.environ), colour=colour))
    if any(is_whole(each.kind) for each in found):
        return Exit.USAGE
    return Exit.FINDINGS if found else Exit.OK


def _settings(root: Path) -> settings.Settings:
    """The repository's settings, whose codes are held against the rules only where there are any."""
    given = settings.read(root)
    if given != settings.Settings():
        settings.refuse_unknown(given, _rules().KNOWN, str(root / settings.FILE))
    return given


def _recorded(known: Path, found: list[Diagnostic]) -> list[Diagnostic]:
    """Writes the baseline; what is left is what none can hold."""
    count = import_module("mlops_spec.baseline").record(known, found)
    sys.stderr.write(f"{known}: {count} findings recorded\n")
    return [each for each in found if is_whole(each.kind)]


def _new(known: Path, found: list[Diagnostic]) -> list[Diagnostic]:
    new, gone = import_module("mlops_spec.baseline").compare(known, found)
    if gone:
        sys.stderr.write(f"{known}: {gone} of its findings are gone; --write-baseline forgets them\n")
    return list(new)


def _linted(files: Mapping[str, bytes], day: str) -> Linted:
    rules = _rules()
    return Linted(rules.lint_all(files, date.fromisoformat(day)), len(rules.KNOWN))


def _fixed(files: Mapping[str, bytes], day: str, counting: settings.Settings) -> dict[str, bytes]:
    right, counts = _rules().fix_files(files, date.fromisoformat(day), counting.kept)
    for name, count in counts.items():
        sys.stderr.write(f"fixed {count} in {name}\n")
    return dict(right)


def _rules() -> ModuleType:
    """The rules and pydantic, loaded when there is something to look at, and without what only slows that down."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # no other package has a say in what a spec is
    gc.disable()
    try:
        return import_module("mlops_spec.lint")
    finally:
        gc.freeze()  # what importing has made is there to stay, and need not be looked through again
        gc.set_threshold(100_000)  # what a spec makes is a tree, and goes without being looked for
        gc.enable()
