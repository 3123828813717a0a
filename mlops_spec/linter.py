"""One run of the linter: files in, report out, exit code back."""

from __future__ import annotations

import gc
import os
import sys
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING

from mlops_spec import cache
from mlops_spec.cache.through import Linted, through_cache
from mlops_spec.diagnostic import is_whole
from mlops_spec.document.find import contents
from mlops_spec.errors import Exit
from mlops_spec.report import Run, chosen, report

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from types import ModuleType


def lint(
    paths: Iterable[str | Path], *, style: str = "auto", day: str = "", fixing: bool = False, cached: bool = True
) -> int:
    """Prints what is wrong with the specs at `paths`; dates are judged as of `day` (`YYYY-MM-DD`; none: today)."""
    files = contents(paths)
    day = day or cache.today()
    if fixing:
        files = _fixed(files, day)
    linted = through_cache(files, day, lambda unknown: _linted(unknown, day)) if cached else _linted(files, day)
    run = Run([found for each in linted.found.values() for found in each], list(files), linted.rules)
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    sys.stdout.write(report(run, chosen(style, os.environ), colour=colour))
    if any(is_whole(found.kind) for found in run.found):
        return Exit.USAGE
    return Exit.FINDINGS if run.found else Exit.OK


def _linted(files: Mapping[str, bytes], day: str) -> Linted:
    rules = _rules()
    return Linted(rules.lint_all(files, date.fromisoformat(day)), len(rules.KNOWN))


def _fixed(files: Mapping[str, bytes], day: str) -> dict[str, bytes]:
    right, counts = _rules().fix_files(files, date.fromisoformat(day))
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
