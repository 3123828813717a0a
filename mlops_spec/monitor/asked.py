"""The checks of the prediction log and their alert: a pull request with new rows, or the environment's issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.monitor.log import check_log, package_of
from mlops_spec.monitor.observed import Watched, observe, tell_observed
from mlops_spec.monitor.retrain import propose_rows
from mlops_spec.pipeline.answered import read_answered
from mlops_spec.words.markdown import code

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.monitor.check import Check
    from mlops_spec.monitor.on_rows import Log
    from mlops_spec.monitor.telling import Telling
    from mlops_spec.platforms.github.api.shapes import Issue, PullRequest
    from mlops_spec.release.world import World


def check_asked(world: World, watched: Watched, log: Log, telling: Telling | None) -> tuple[Check, ...]:
    """The checks of the log; with a forge also the alert: a pull request with new rows where the spec wants one and
    there are any, else the environment's one issue.

    Raises:
        Failure: the log or the package can't be had (69, 78), or the forge refuses.
    """
    with package_of(world.git, watched.live, world.state, log) as package:
        tag = world.state.registered[watched.live.version].what.tag
        known = read_answered(world.git, tag.target, watched.spec.data.targets) if tag is not None else ()
        checks = check_log(watched.spec, watched.live, log, package, known)
        if telling is not None and checks:
            opened = _alert(world, watched, checks, telling, (log, package))
            if opened is not None:
                telling.say(f"#{opened.number}: {opened.html_url}")
        return checks


def _alert(
    world: World, watched: Watched, checks: tuple[Check, ...], telling: Telling, source: tuple[Log, Path]
) -> Issue | PullRequest | None:
    new, instead = observe(world.git, watched, checks, who=telling.by, now=world.now), ""
    monitor = watched.spec.monitor
    if new is not None and monitor is not None and monitor.on_alert.open == "pull-request":
        try:
            pull = propose_rows(world, telling.opener, watched, checks, source)
        except Failure as failure:
            telling.say(f"no pull request with new rows: {failure.message}; an issue instead")
            instead = f"There is no pull request with new rows: {code(failure.message)}. {failure.remedy}".rstrip()
        else:
            if pull is not None:
                return pull
            telling.say("no row has a new label: an issue instead of a pull request")
    return tell_observed(telling.github, watched, checks, new, instead)
