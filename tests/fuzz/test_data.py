"""The short form of the attack on the reader of data; `make fuzz` runs the long one."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

HERE = Path(__file__).parent
attack = runpy.run_path(str(HERE / "data.py"))
CASES = 40  # of each of the chunks


@pytest.mark.parametrize("chunk", range(3))
def test_every_data_file_is_split_or_refused(chunk: int, tmp_path: Path) -> None:
    wrong = [
        (seed, said) for seed in range(chunk * CASES, (chunk + 1) * CASES) if (said := attack["play"](seed, tmp_path))
    ]

    assert wrong == []
