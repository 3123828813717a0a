"""The pages of all rules, those over specs, workflows and repositories, in the order of their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import rules
from mlops_spec.rules import repository, workflows

if TYPE_CHECKING:
    from mlops_spec.rule import Page

PAGES: tuple[Page, ...] = tuple(sorted((*rules.PAGES, *workflows.RULES, *repository.RULES), key=lambda page: page.CODE))
