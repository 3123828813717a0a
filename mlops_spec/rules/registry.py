"""Finds the rules: every module in a folder of rules is a page, and one with a `check` is a rule; sorted by code."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Literal, TypeGuard, cast, get_args

if TYPE_CHECKING:
    from mlops_spec.rules.rule import Page, Rule

Subject = Literal["shape", "spec", "workflows", "repository"]
SUBJECTS: tuple[Subject, ...] = get_args(Subject)


@cache
def pages(subject: Subject) -> tuple[Page, ...]:
    """The pages about one subject; only its folder is imported: most commands load a spec, and ask for its shape alone.

    Pages of MS0 and MS9 without a check are what reading, parsing, validating and ignoring find.
    """
    folder = import_module(f"mlops_spec.rules.{subject}")
    modules = [import_module(f"{folder.__name__}.{module.name}") for module in iter_modules(folder.__path__)]
    return tuple(sorted((cast("Page", module) for module in modules), key=lambda page: page.CODE))


@cache
def rules(subject: Subject) -> tuple[Rule, ...]:
    """The pages about one subject that have a check."""
    return tuple(page for page in pages(subject) if _is_rule(page))


def _is_rule(page: Page) -> TypeGuard[Rule]:
    return hasattr(page, "check")
