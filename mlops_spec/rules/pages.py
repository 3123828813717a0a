"""The pages of all rules, those over specs, workflows and repositories, in the order of their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rules.repository import registry as over_repositories
from mlops_spec.rules.spec import registry as over_specs
from mlops_spec.rules.workflows import registry as over_workflows

if TYPE_CHECKING:
    from mlops_spec.rules.rule import Page

PAGES: tuple[Page, ...] = tuple(
    sorted((*over_specs.PAGES, *over_workflows.RULES, *over_repositories.RULES), key=lambda page: page.CODE)
)
