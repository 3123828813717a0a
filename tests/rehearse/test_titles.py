"""Each scenario that is listed can be played, and none is left out of the list."""

from __future__ import annotations

from importlib.resources import files

import pytest

from mlops_spec.rehearse.rehearsal import scenario_of
from mlops_spec.rehearse.titles import SCENARIOS


def test_the_list_is_complete() -> None:
    modules = [each.name for each in files("mlops_spec.rehearse.scenarios").iterdir() if each.name.endswith(".py")]

    assert sorted(SCENARIOS) == sorted(name[:-3].replace("_", "-") for name in modules if name != "__init__.py")


@pytest.mark.parametrize("name", SCENARIOS)
def test_its_steps_have_titles(name: str) -> None:
    scenario = scenario_of(name)
    titles = [scene.title for scene in scenario.scenes]

    assert len(titles) >= 3
    assert all(titles)
    assert scenario.repository.count("/") == 1
    assert len(SCENARIOS[name]) <= 110
