"""Specs of older versions become the newest one's, step by step."""

from __future__ import annotations

import re

import pytest

from mlops_spec.errors import Failure
from mlops_spec.spec import Spec
from mlops_spec.upgrade.migrate import NEWEST, migrated, version_of


def to(version: int, text: str) -> str:
    return re.sub(r"^spec: \d+", f"spec: {version}", text)


STEPS = {1: lambda text: to(2, text).replace("old:", "new:"), 2: lambda text: to(3, text) + "added: 1\n"}


def test_every_step_is_taken_in_turn() -> None:
    assert migrated("spec: 1 # ours\nold: 1\n", STEPS, 3) == "spec: 3 # ours\nnew: 1\nadded: 1\n"
    assert migrated("spec: 2\nold: 1\n", STEPS, 3) == "spec: 3\nold: 1\nadded: 1\n"


def test_the_newest_stays_as_it_is() -> None:
    assert migrated(f"spec: {NEWEST}\n") == f"spec: {NEWEST}\n"


def test_the_newest_is_what_the_spec_may_say() -> None:
    assert [limit.le for limit in Spec.model_fields["spec"].metadata if hasattr(limit, "le")] == [NEWEST]


@pytest.mark.parametrize(
    ("text", "said"), [("spec: 9\n", "is of version 9"), ("model: x\n", "doesn't say its version")]
)
def test_what_nobody_knows_is_refused(text: str, said: str) -> None:
    with pytest.raises(Failure, match=said):
        migrated(text)


def test_the_version_is_the_spec_s_own() -> None:
    assert version_of("model: x\nspec: 1\nnested:\n  spec: 4\n") == 1
