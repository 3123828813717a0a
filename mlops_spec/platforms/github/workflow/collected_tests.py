"""The tests that a command lets pytest collect, among the files of the repository."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.expansion import parsed_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.platforms.github.workflow.jobs import Delivery, Step
    from mlops_spec.platforms.github.workflow.program import Program


def pytest_arguments(words: Sequence[str]) -> Sequence[str] | None:
    """What a command gives pytest; None where it does not run it."""
    place = next((place for place, word in enumerate(words[:8]) if word in ("pytest", "py.test")), None)
    return words[place + 1 :] if place is not None and words[0] not in ("pip", "echo", "uvx") else None


def collected_tests(words: Sequence[str], delivery: Delivery, step: Step) -> Iterator[Program]:
    """The files of tests that pytest collects by these arguments, with the `conftest.py` above them."""
    folder = str(step.data.get("working-directory") or "")
    given = [
        word.partition("::")[0].rstrip("/")
        for word in words
        if (not word.startswith("-") and "/" in word) or word == "tests"
    ]
    roots = [f"{folder}/{each}".strip("/") for each in given] or ([folder] if folder else [""])
    for path, document in delivery.sources.items():
        name = path.rpartition("/")[2]
        if not re.fullmatch(r"test_\w+\.py|\w+_test\.py|conftest\.py", name):
            continue
        inside = any(path == root or not root or path.startswith(f"{root}/") for root in roots)
        above = name == "conftest.py" and any(root.startswith(path.removesuffix("conftest.py")) for root in roots)
        if (inside or above) and (program := parsed_program(document.file, document.text)):
            yield program
