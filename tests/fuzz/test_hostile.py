"""The short form of the attack on the renderer; `make fuzz` runs the long one."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.spec import shape
from mlops_spec.spec.base import SAFE_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

HERE = Path(__file__).parent
CASES = 100


def module(name: str) -> ModuleType:
    """A module of this folder, which is no package."""
    sys.path.insert(0, str(HERE))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(HERE))


strings, tainted, shell = module("strings"), module("tainted"), module("shell")


def test_each_text_stays_a_text() -> None:
    for seed in range(CASES):
        assert tainted.wrong(strings.hostile(seed)) == "", f"seed {seed}"


def test_what_nobody_may_write_is_refused_twice() -> None:
    for seed in range(CASES // 4):
        assert tainted.taken(strings.hostile(seed, refused=True)) == "", f"seed {seed}"


def test_no_run_block_runs_what_its_variables_hold(tmp_path: Path) -> None:
    texts = [strings.hostile(seed, refused=seed % 3 == 0) for seed in range(CASES)]

    assert shell.run([text for text in texts if not {*text} & {"\0", "\ud800"}], tmp_path) == ""
    assert any("touch canary" in text for text in texts)


@pytest.mark.parametrize("block", ["uv run $BASE", 'eval "uv ${BASE}"', "uv `$BASE`", 'uv "${BASE} $(touch x)"'])
def test_a_block_that_trusts_its_variables_is_caught(
    block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell, "blocks", lambda: {block: {"BASE": "${{ x }}"}, 'uv "${BASE}"': {}})

    assert shell.run(["touch canary", "a  b", "$(touch canary)"], tmp_path) != ""


@pytest.mark.parametrize(
    ("name", "broken", "why"),
    [
        ("render", lambda found: [f"# {each.path}\n" for each in found], "dvc.yaml has another structure"),
        ("check", lambda *_: [], "a spec does not hold the text as it is"),
        ("_as_shown", lambda *_: False, "MODEL_CARD.md has another structure"),
    ],
)
def test_what_the_judge_must_not_let_pass(name: str, broken: Any, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tainted.wrong("a: [b") == ""
    monkeypatch.setattr(tainted, name, broken)
    assert tainted.wrong("a: [b") == why


def test_a_text_that_should_be_refused_must_be() -> None:
    assert tainted.taken("a: [b") == "a spec may hold it"


def test_the_spec_has_text_in_every_place_of_free_text() -> None:
    """The schema says where free text may stand; each such place of it is one that `everywhere.yaml` has text in."""
    held = []
    for data in map(tainted.data, tainted.FORMS):
        for address, text in texts(data):
            found = shape.at(address, data)
            held += found if text else [each.get("propertyNames", {}) for each in found]
    missed = [place for place in free(shape.at((), {})) if not any(place is each for each in held)]

    assert missed == []


def texts(data: Any, address: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], bool]]:
    """Where the harmless text is a value, and where it is a key."""
    if isinstance(data, dict):
        if tainted.BENIGN in data:
            yield address, False
        for key, value in data.items():
            yield from texts(value, (*address, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from texts(value, (*address, index))
    elif isinstance(data, str) and tainted.BENIGN in data:
        yield address, True


def free(part: Any) -> Iterator[Any]:
    """The parts of a schema that say: free text."""
    if isinstance(part, dict) and part.get("pattern") == SAFE_TEXT:
        yield part
    for below in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from free(below)
