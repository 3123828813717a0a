"""The pages of all rules, those over specs, workflows and repositories, in the order of their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rules.registry import SUBJECTS, pages

if TYPE_CHECKING:
    from mlops_spec.rules.rule import Page

PAGES: tuple[Page, ...] = tuple(
    sorted((page for subject in SUBJECTS for page in pages(subject)), key=lambda page: page.CODE)
)
