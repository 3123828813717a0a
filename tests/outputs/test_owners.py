"""Who must approve what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.lint.load import load_spec
from mlops_spec.platforms.github.outputs.owners import GUARDS, owners

if TYPE_CHECKING:
    from mlops_spec.spec import Spec

CASES = Path(__file__).parent.parent / "render"


def last_match(spec: Spec, path: str) -> tuple[str, ...]:
    """As GitHub reads CODEOWNERS, for the few kinds of pattern that we write."""
    found: tuple[str, ...] = ()
    for owned in owners(spec):
        if owned.pattern in ("*", path) or (owned.pattern.endswith("/") and path.startswith(owned.pattern)):
            found = owned.owners
    return found


def test_guards_belong_to_those_who_approve_promotions() -> None:
    spec = load_spec(CASES / "full" / "model.yaml")

    assert last_match(spec, "/model.yaml") == ("@acme/risk",)
    assert last_match(spec, "/.github/workflows/mlops-train.yml") == ("@acme/risk",)
    assert last_match(spec, "/deploy/production.yaml") == ("@acme/risk",)
    assert last_match(spec, "/deploy/staging.yaml") == ("@acme/credit",)
    assert last_match(spec, "/src/credit_default/train.py") == ("@acme/credit",)


def test_without_approvers_all_belongs_to_the_owners() -> None:
    spec = load_spec(CASES / "minimal" / "model.yaml")

    assert {owned.owners for owned in owners(spec)} == {("@acme/credit",)}
    assert len(owners(spec)) == len(GUARDS) + 1


def test_nobody_is_named_twice() -> None:
    spec = load_spec(CASES / "travels" / "model.yaml")

    assert last_match(spec, "/.mlops/overlays/x") == ("@acme/board", "@carol", "@acme/field")
