"""When Python searches for garbage is decided in one place."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from mlops_spec.system.garbage import lasting, uncollected

PACKAGE = Path(__file__).parent.parent / "mlops_spec"


def test_one_module_sets_the_collector() -> None:
    using = [file.relative_to(PACKAGE) for file in PACKAGE.rglob("*.py") if "import gc" in file.read_text("utf-8")]

    assert using == [Path("system/garbage.py")]


def test_the_collector_is_afterwards_as_before() -> None:
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), lasting(), uncollected():
        assert not gc.isenabled()
        raise ZeroDivisionError

    assert gc.isenabled()
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
