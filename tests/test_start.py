"""What every process that reads a spec would pay for anew, and need not."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from mlops_spec.spec import Spec
from mlops_spec.spec.base import Strict

if TYPE_CHECKING:
    from collections.abc import Iterator


def sections() -> Iterator[type[Strict]]:
    """The spec's own models, the root among them."""
    package = Spec.__module__
    yield from (model for model in Strict.__subclasses__() if model.__module__.startswith(package))


def test_no_annotation_of_a_section_is_text() -> None:
    assert len(list(sections())) > 30
    assert {model.__module__ for model in sections() if hasattr(sys.modules[model.__module__], "annotations")} == set()


def test_no_default_of_a_section_is_made_by_a_builtin() -> None:
    """Its signature would be parsed from text: 0.1 ms each."""
    factories = {field.default_factory for model in sections() for field in model.model_fields.values()}

    assert len(factories) > 2
    assert factories.isdisjoint({list, dict, set, tuple})


def test_linting_a_spec_loads_nothing_that_reads_workflows() -> None:
    loading = "import sys, mlops_spec.lint.run, mlops_spec.lint.specs; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", loading], capture_output=True, text=True, check=True).stdout.split()

    assert "mlops_spec.lint.specs" in loaded
    assert "mlops_spec.platforms.github.workflow.jobs" not in loaded
