"""The scenario `fork`: somebody proposes a change from a fork of the repository, whose data are private.

Their code sees neither data nor secrets until a maintainer has it tried, and a reviewer lets that very commit in. What
nobody tried does not get into main, and whoever edits the workflows from a fork is not tried at all.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.errors import Failure
from mlops_spec.rehearse import cast, exfiltration, small
from mlops_spec.rehearse.fork import fork, propose, push
from mlops_spec.rehearse.hub import tokens
from mlops_spec.rehearse.hub.people import Person
from mlops_spec.rehearse.merge import merge_pull
from mlops_spec.rehearse.private import Private, account, signed_in, stored
from mlops_spec.rehearse.proof import audit
from mlops_spec.rehearse.scenario import Scenario, Scene, Unexpected
from mlops_spec.rehearse.small import FIRST, REPOSITORY
from mlops_spec.rehearse.stage import STAGING, live, log, merge, must, only, replace_in, stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.rehearse.author import Author
    from mlops_spec.rehearse.run import Run

_SECOND = "v1.1.0"
_STRANGER = "eve"
_TRY = "mlops-try.yml"


@dataclass
class Forked(Private):
    """The stage, and the stranger's clone of their fork."""

    clone: Author | None = None

    @property
    def stranger(self) -> Author:
        assert self.clone is not None, "nobody made a fork"
        return self.clone


@contextmanager
def _open(stage: Forked) -> Iterator[None]:
    hub = stage.world.hub
    hub.people = (*hub.people, Person(_STRANGER, 666, tokens.new("ghp"), role="read"))
    hub.settings.secrets[""] = {exfiltration.SECRET: tokens.new("key")}
    with account(stage):
        yield


def _begin(stage: Forked) -> str:
    hub = stage.world.hub
    told = small.begin(stage, partial(stored, stage))
    reviewers = [{"type": "User", "id": hub.account(cast.REVIEWER).id}]
    hub.settings.environments["pull-requests"] |= {"reviewers": reviewers, "prevent_self_review": True}
    return f"{told}; {cast.REVIEWER} reviews what enters the environment pull-requests"


def _propose(stage: Forked) -> str:
    world = stage.world
    stage.clone = author = fork(world, _STRANGER)
    _change(author, "1.0", "2.0")
    number = propose(world, author, "looser", "Looser").number
    stage.pull_requests.append(number)
    must(
        world.run_checks(number) == [] and bool(world.workflows.waiting(number)), f"the runs of #{number} did not wait"
    )
    run = only(world.let_start(number, cast.REVIEWER), "success")
    done = {job.id for job in run.jobs if job.result == "success"}
    must(done == {"check", "judged"}, f"of #{number} ran {sorted(done)}", log(run))
    return f"#{number} waited for {cast.REVIEWER}; linted and planned, nothing trained; {_why_unmerged(stage, number)}"


def _attack(stage: Forked) -> str:
    world, author, before = stage.world, stage.stranger, stage.bucket.keys()
    author.run("git", "switch", "--quiet", "--create", "take", f"origin/{world.main}")
    (author.clone / f".github/workflows/{exfiltration.NAME}.yml").write_text(exfiltration.WORKFLOW, encoding="utf-8")
    author.commit("Take more")
    number = propose(world, author, "take", "Take more").number
    world.run_checks(number)
    (run,) = (each for each in world.let_start(number, cast.REVIEWER) if each.workflow == exfiltration.NAME)
    said = {job.id: "\n".join(line for step in job.steps for line in step.output) for job in run.jobs}
    for job, words in exfiltration.REFUSALS.items():
        must(words in said[job], f"{job} was not told “{words}”", log(run))
    must(stage.bucket.keys() == before, "a fork's pull request wrote to the bucket", log(run))
    tried = only([world.start(_TRY, {"number": str(number)}, cast.AUTHOR, _nobody)], "failure")
    told = stopped(tried, "trial begin", f"changes .github/workflows/{exfiltration.NAME}.yml")
    return f"no secret, no identity, no push, no status, no put; the trial: {told}"


def _rejected(stage: Forked) -> str:
    world, (number,) = stage.world, stage.pull_requests
    run = only([_run_trial(stage, lambda run: world.review(run, cast.REVIEWER, "rejected"))], "failure")
    must(not signed_in(run, "models-read"), "what was sent away signed in to read", log(run))
    told = f"rejected by {cast.REVIEWER}"
    must(any(told in line for step in run.job("train").steps for line in step.output), f"nothing was {told}", log(run))
    head = world.hub.origin.git.text("rev-parse", f"refs/pull/{number}/head")
    must(_last_status(stage, head) == "failure", f"{head[:7]} has the status {_last_status(stage, head)}", log(run))
    return f"{told}: nothing signed in, and {head[:7]} has failed; {_why_unmerged(stage, number, 'is failure')}"


def _moved(stage: Forked) -> str:
    world, (number,) = stage.world, stage.pull_requests
    pinned = world.hub.origin.git.text("rev-parse", f"refs/pull/{number}/head")

    def review(run: int) -> None:
        _change(stage.stranger, "2.0", "3.0", "looser")
        push(stage.stranger, "looser")
        world.review(run, cast.REVIEWER)

    before = stage.bucket.keys()
    run = only([_run_trial(stage, review)], "success")
    must(signed_in(run, "models-read"), "the trial did not sign in to read", log(run))
    must(stage.bucket.keys() == before, "the trial wrote to the bucket", log(run))
    must(
        _last_status(stage, pinned) == "success", f"{pinned[:7]} has the status {_last_status(stage, pinned)}", log(run)
    )
    return f"{pinned[:7]} was let in, read, trained and passed; with what came after, {_why_unmerged(stage, number)}"


def _tried(stage: Forked) -> str:
    world, (number,) = stage.world, stage.pull_requests
    try:
        world.start(_TRY, {"number": str(number)}, _STRANGER, _nobody)
    except Failure:
        pass
    else:
        raise Unexpected(f"{_STRANGER} could start a trial")
    only(world.let_start(number, cast.REVIEWER) if world.run_checks(number) == [] else [], "success")
    run = only([_run_trial(stage, lambda run: world.review(run, cast.REVIEWER))], "success")
    head = world.hub.origin.git.text("rev-parse", f"refs/pull/{number}/head")
    must(_last_status(stage, head) == "success", f"{head[:7]} has the status {_last_status(stage, head)}", log(run))
    merged = merge(stage, number)
    must(merged.output("version") == _SECOND, f"{merged.output('version')} was registered, not {_SECOND}", log(merged))
    return f"{_STRANGER} may start none; {cast.AUTHOR}'s passed on {head[:7]}: merged, {live(stage, STAGING, _SECOND)}"


def _change(author: Author, old: str, new: str, branch: str = "") -> None:
    if branch:
        author.run("git", "switch", "--quiet", branch)
    else:
        author.run("git", "switch", "--quiet", "--create", "looser")
    replace_in(author.clone / model_folder.SPEC, f"params: {{C: {old}}}", f"params: {{C: {new}}}")
    author.run(sys.executable, "-m", "mlops_spec", "render")
    author.commit(f"C {new}")


def _run_trial(stage: Forked, review: Callable[[int], None]) -> Run:
    (number,) = stage.pull_requests
    return stage.world.start(_TRY, {"number": str(number)}, cast.AUTHOR, review)


def _why_unmerged(stage: Forked, number: int, state: str = "is expected") -> str:
    world = stage.world
    world.approve(number, cast.REVIEWER)
    try:
        merge_pull(world, number, cast.REVIEWER)
    except Failure as refused:
        must(f'"{exfiltration.CHECK}" {state}' in refused.message, refused.message)
        return f"main refuses it: {refused.message.splitlines()[-1]}"
    raise Unexpected(f"#{number} could be merged although nobody had it tried")


def _last_status(stage: Forked, sha: str) -> str:
    found = [each.state for each in stage.world.hub.statuses if (each.sha, each.context) == (sha, exfiltration.CHECK)]
    return found[-1] if found else "none"


def _nobody(_: int) -> None:
    raise Unexpected("a reviewer was asked although nothing was to be let in")


SCENES: tuple[Scene[Forked], ...] = (
    Scene(f"a small model on S3: first push, {FIRST} in staging", _begin, "mlops-merge"),
    Scene("a stranger's fork: “Looser” is not judged", _propose, "mlops-pull-request", stops=True),
    Scene("“Take more” edits workflows from the fork", _attack, exfiltration.NAME, stops=True),
    Scene("mlops-try: the reviewer sends it away", _rejected, "mlops-try", stops=True),
    Scene("mlops-try: what is pushed meanwhile is not let in", _moved, "mlops-try", stops=True),
    Scene("mlops-try of “Looser” passes, merged", _tried, "mlops-merge"),
    Scene("audit verify", audit),
)
SCENARIO = Scenario(REPOSITORY, SCENES, Forked, _open)
