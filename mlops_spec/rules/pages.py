"""The pages of all rules, those over specs, workflows and repositories, in the order of their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rules.registry import pages

if TYPE_CHECKING:
    from mlops_spec.rules.rule import Page

PAGES: tuple[Page, ...] = tuple(
    sorted((*pages("spec"), *pages("workflows"), *pages("repository")), key=lambda page: page.CODE)
)
