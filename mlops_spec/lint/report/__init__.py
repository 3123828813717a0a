"""Reporters of findings: each is a pure function from a run of the linter to text."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.platforms.github.variables import in_actions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlops_spec.document.diagnostic import Diagnostic

FORMATS = ("text", "json", "github", "sarif")


class Run(NamedTuple):
    """What one run of the linter found, by how many rules, and where it looked."""

    found: Sequence[Diagnostic]
    files: Sequence[str]
    rules: int
    #: what was looked at besides, such as `6 workflows`
    beside: Sequence[str] = ()
    #: what was not looked at, and why
    unseen: Sequence[str] = ()


def report(run: Run, style: str, *, colour: bool = False) -> str:
    """The run in one of the `FORMATS`; each is its own module, and only the one asked for is imported."""
    module = import_module(f"mlops_spec.lint.report.{style}")
    shown: str = module.report(run, colour=colour) if style == "text" else module.report(run)
    return shown


def chosen(style: str, environment: Mapping[str, str]) -> str:
    """`auto` is `github` where GitHub Actions shows annotations, and text everywhere else."""
    if style != "auto":
        return style
    return "github" if in_actions(environment) else "text"
