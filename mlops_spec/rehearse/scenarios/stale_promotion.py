"""The scenario `stale-promotion`: promotions merged against the rules never reach the host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec import model_folder
from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.api import pulls
from mlops_spec.rehearse import cast
from mlops_spec.rehearse.merge import merge_pull
from mlops_spec.rehearse.proof import all_answered, audit
from mlops_spec.rehearse.scenario import Scenario, Scene, Unexpected
from mlops_spec.rehearse.small import (
    FIRST,
    REPOSITORY,
    START,
    clients,
    merge_version,
    promotion,
    propose_again,
    set_parameter,
)
from mlops_spec.rehearse.stage import (
    PRODUCTION,
    STAGING,
    Stage,
    check,
    live,
    log,
    merge,
    must,
    only,
    open_pull,
    propose,
    replace_in,
    stopped,
)
from mlops_spec.release.declared import Declared, declared_in, path_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_SECOND, _THIRD = "v1.1.0", "v1.2.0"
_NOBODYS = "sha256:" + "5" * 64
_PROMOTE = "mlops-promote-production"
_VERIFY = "mlops-spec audit verify"  # of the same job, before its plan


def _second(stage: Stage) -> str:
    return merge_version(stage, "Regularize more", set_parameter("1.0", "0.5"), _SECOND)


def _third(stage: Stage) -> str:
    told = merge_version(stage, "Regularize less", set_parameter("0.5", "2.0"), _THIRD)
    number = open_pull(stage, promotion(stage)).number
    stage.world.approve(number, cast.REVIEWER)
    return f"{told}; promotion #{number} approved by {cast.REVIEWER}, left open"


def _by_its_author(stage: Stage) -> str:
    return _merged_and_refused(
        stage, open_pull(stage, promotion(stage)).number, "has 0 of 1 approvals", by=(cast.AUTHOR,)
    )


def _digest_of_nobody(stage: Stage) -> str:
    number = _declare(stage, "Promote it by hand", version=_SECOND, digest=_NOBODYS)
    said = f"declares {_SECOND} as {_NOBODYS}, record "
    return _merged_and_refused(stage, number, said, "registered another package", command=_VERIFY)


def _edited(stage: Stage) -> str:
    propose_again(stage, _SECOND)
    number = open_pull(stage, promotion(stage)).number

    def edit() -> None:
        body = pulls.get(stage.world.forge(cast.AUTHOR), number).body or ""
        pulls.update(stage.world.forge(cast.AUTHOR), number, body=f"{body}\nAll gates pass by far.\n")

    return _merged_and_refused(stage, number, "was edited after it was proposed", then=edit)


def _version_of_nobody(stage: Stage) -> str:
    number = _declare(stage, "Promote what is to come", version="v9.9.9", digest=_NOBODYS)
    return _merged_and_refused(stage, number, "declares v9.9.9, which was never registered", command=_VERIFY)


def _by_nobody(stage: Stage) -> str:
    world = stage.world
    number = _declare(stage, "Promote it in a hurry", version=_SECOND, digest=_digest_of(stage, _SECOND))
    check(stage, number)
    try:
        merge_pull(world, number, cast.AUTHOR)
    except Failure as refused:
        must("approving review is required" in refused.message, refused.message)
    else:
        raise Unexpected(f"#{number} could be merged without an approval")
    with world.unguarded():
        told = _merged_and_refused(stage, number, "has 0 of 1 approvals", by=())
    stage.pull_requests.append(number)
    return f"main refuses the merge; past its rules: {told}"


def _approved_late(stage: Stage) -> str:
    number = stage.pull_requests[-1]
    stage.world.approve(number, cast.REVIEWER)
    with clients(stage) as found:
        only(stage.world.run_again(), "success")
    stage.version = _SECOND
    return f"#{number} approved by {cast.REVIEWER}: {live(stage, PRODUCTION, _SECOND)}; {all_answered(found)}"


def _stale(stage: Stage) -> str:
    world, number = stage.world, open_pull(stage, promotion(stage)).number
    try:
        merge_pull(world, number, cast.REVIEWER)
    except Failure as refused:
        must("not mergeable" in refused.message, refused.message)
    else:
        raise Unexpected(f"#{number} could be merged although main declares something else by now")
    world.author.resolve(promotion(stage), str(path_of(PRODUCTION)))
    told = _merged_and_refused(stage, number, "is at serial 2", "was decided on serial 1", code=Exit.STALE)
    return f"a conflict; resolved: {told}"


def _too_soon(stage: Stage) -> str:
    approvals = "promote: {approvals: 1"
    number = propose(
        stage,
        "Let versions soak",
        lambda clone: replace_in(clone / model_folder.SPEC, approvals, f"{approvals}, soak: 30d"),
        "What breaks in the second week should break in staging.",
    )
    check(stage, number)
    merge(stage, number)
    return _merged_and_refused(
        stage, open_pull(stage, promotion(stage)).number, f"{_THIRD} was live in {STAGING} for", "30d are asked for"
    )


def _audit(stage: Stage) -> str:
    asked = [
        each.what.version
        for each in stage.world.records()
        if (each.event, each.what.environment) == ("deploy.intent", PRODUCTION)
    ]
    must(asked == [FIRST, _SECOND], f"{PRODUCTION} was asked for {asked}")
    return audit(stage)


def _declare(stage: Stage, title: str, **changed: Any) -> int:
    path = path_of(PRODUCTION)
    wanted = {"serial": 2, "base_serial": 1, "base_digest": _digest_of(stage, FIRST), "evidence": [], **changed}

    def write(clone: Path) -> None:
        said = declared_in(stage.world.git.tree("HEAD"), PRODUCTION)
        assert isinstance(said, Declared)
        (clone / path).write_text(text_of(said.model_copy(update=wanted)), encoding="utf-8")

    return propose(stage, title, write, "No need to wait for the App.")


def _digest_of(stage: Stage, version: str) -> str | None:
    registered = next(
        each for each in stage.world.records() if each.event == "register" and each.what.version == version
    )
    return registered.what.package.digest if registered.what.package else None


def _merged_and_refused(  # noqa: PLR0913 - each way differs in one of them
    stage: Stage,
    number: int,
    *said: str,
    by: tuple[str, ...] = (cast.REVIEWER,),
    then: Callable[[], None] = lambda: None,
    code: Exit = Exit.FINDINGS,
    command: str = "mlops-spec promote plan",
) -> str:
    world = stage.world
    check(stage, number)
    for login in by:
        world.approve(number, login)
    then()
    before = len(world.records())
    run = only(merge_pull(world, number, cast.REVIEWER), "failure")
    told = stopped(run, command, *said)
    must(
        f"exit status {code:d}\n" in (run.folder / "log.txt").read_text(encoding="utf-8"),
        f"it did not exit {code:d}",
        log(run),
    )
    must(len(world.records()) == before, "it left a record", log(run))
    live(stage, PRODUCTION, stage.version)
    return f"#{number} merged and refused: {told}"


SCENES: tuple[Scene[Stage], ...] = (
    *START,
    Scene(f"{_SECOND} proposed and merged", _second, "mlops-merge"),
    Scene("approved by its own author", _by_its_author, _PROMOTE, stops=True),
    Scene("a digest that was never registered", _digest_of_nobody, _PROMOTE, stops=True),
    Scene("its text edited after the approval", _edited, _PROMOTE, stops=True),
    Scene("a version that was never registered", _version_of_nobody, _PROMOTE, stops=True),
    Scene(f"{_THIRD} proposed and merged", _third, "mlops-merge"),
    Scene("approved by nobody", _by_nobody, _PROMOTE, stops=True),
    Scene("approved after all, the same run again", _approved_late, _PROMOTE),
    Scene("decided before the world moved on", _stale, _PROMOTE, stops=True),
    Scene("too short a time in staging", _too_soon, _PROMOTE, stops=True),
    Scene("audit verify", _audit),
)
SCENARIO = Scenario(REPOSITORY, SCENES, Stage)
