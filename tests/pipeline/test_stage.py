"""A stage loads what it needs without searching that for garbage, and searches as always once it runs."""

from __future__ import annotations

import gc
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.pipeline import stage

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["split", "train", "evaluate", "package", "own"])
def test_no_garbage_is_searched_for_while_a_stage_is_loaded(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[tuple[str, bool]] = []

    class Loaded:
        def __getattr__(self, _: str) -> Any:
            return lambda *_: searched.append(("running", gc.isenabled())) or ()

    def load(_: str) -> Loaded:
        searched.append(("loading", gc.isenabled()))
        return Loaded()

    monkeypatch.setattr(stage, "import_module", load)
    spec: Any = SimpleNamespace(
        data=SimpleNamespace(path="data/x.csv", prepare=None), pipeline={}, train=SimpleNamespace(compute=None)
    )
    monkeypatch.setattr(stage, "data_file", lambda data: data.path)

    stage.run_stage(tmp_path, spec, name)

    assert searched == [("loading", False), ("running", True)]
