"""Changes that github.com refuses, played: the life of a small model ends where it would end there.

refused.yaml has the changes; test_refused.py sees each of them refused without a life around it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from mlops_spec.rehearse import small
from mlops_spec.rehearse.author import Author
from mlops_spec.rehearse.hosts import Hosts
from mlops_spec.rehearse.scenario import Unexpected
from mlops_spec.rehearse.stage import Stage, replace_in
from mlops_spec.rehearse.world import created

if TYPE_CHECKING:
    from mlops_spec.rehearse.world import World

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

SEEDS = {each["id"]: each for each in yaml.safe_load(Path(__file__).with_name("refused.yaml").read_text("utf-8"))}
DENIED = "Permission to acme/visits.git denied to"
#: The step at which the first push ends (none: it starts nothing), and what the log says.
ENDS = {
    "call-without-contents-write": ("", "The workflow is not valid."),
    "register-in-another-environment": ("actions/create-github-app-token", "client-id and private-key are required"),
    "app-that-may-not-push": ("mlops-spec register", f"{DENIED} mlops-promotions[bot]"),
    "staging-without-contents-write": ("mlops-spec promote ask", f"{DENIED} github-actions[bot]"),
}


@pytest.mark.parametrize("seed", ENDS)
def test_the_first_push_ends_there(seed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit, (step, words) = Author.commit, ENDS[seed]

    def seeded(author: Author, *args: str) -> None:
        replace_in(author.clone / SEEDS[seed]["file"], SEEDS[seed]["find"], SEEDS[seed]["replace"])
        commit(author, *args)

    monkeypatch.setattr(Author, "commit", seeded)
    with created(tmp_path, small.REPOSITORY, lambda _: None) as world, Hosts(world, keep=False) as hosts:
        with pytest.raises(Unexpected, match="mlops-merge ended as failure"):
            small.begin(Stage(world, hosts))

        assert ended_at(world) == step
        assert words in (world.runs[0].folder / "log.txt").read_text("utf-8")


def ended_at(world: World) -> str:
    """The command or action that failed first, of those above."""
    failure = world.runs[0].first_failure()
    return next((step for step, _ in ENDS.values() if failure and step and step in failure[1].name), "")
