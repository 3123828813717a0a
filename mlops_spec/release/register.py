"""Registering: versions of one bundle or of several models' at once, in one push that one of racing runs wins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import ledger
from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.connect import connect
from mlops_spec.platforms.github.run import Run
from mlops_spec.release.accepted import asked, heard
from mlops_spec.release.candidate import candidate_of, candidates_of
from mlops_spec.release.compete import Registration, enter, refuse_untagged, registered_before
from mlops_spec.release.intents import nothing_begun
from mlops_spec.release.judged import named, record_judgement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import PurePosixPath

    from mlops_spec.git import Git
    from mlops_spec.ledger import Record
    from mlops_spec.ledger.record import Who
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.release.bundle import Bundle
    from mlops_spec.release.candidate import Candidate


@dataclass(frozen=True)
class Registered:
    """What several bundles came to: versions, candidates on record as stopped."""

    versions: tuple[Registration, ...]
    stopped: tuple[tuple[Candidate, Record], ...]


class GatesFailed(Failure):
    """The gates stop the release; that they did is on the record."""


def _no_forge() -> GitHub:
    return connect(Run())


def register(
    git: Git, bundle: Bundle, *, who: Who, now: datetime | None = None, forge: Callable[[], GitHub] = _no_forge
) -> Registration:
    """Makes a version of a bundle; one that is registered already is found again.

    `forge` is asked for an approver's word where gates wait for one.

    Raises:
        GatesFailed: a gate does not let it through (exit 1); recorded.
        Stale: another run registered a version first (exit 75); nothing was left behind.
        Failure: the commit is not on main (exit 1), the remote doesn't answer (69) or refuses (78).
    """
    candidate = heard(candidate_of(git, bundle, who, now), forge)
    blocking = candidate.blocking
    if blocking:
        record_judgement(git, candidate)
        raise GatesFailed(
            f"{len(blocking)} of {len(bundle.gates)} gates stop it: {named(blocking)}",
            exit_code=Exit.FINDINGS,
            remedy="the judgement is on record; nothing was registered" if candidate.stopping else asked(candidate),
        )
    (done,) = enter(git, [candidate]).registered
    return done


def register_all(
    git: Git,
    bundles: Mapping[PurePosixPath, Bundle],
    *,
    who: Who,
    now: datetime | None = None,
    forge: Callable[[], GitHub] = _no_forge,
) -> Registered:
    """Makes a version of each bundle, by its model's folder, that its gates let through, and records what stops others.

    All of it goes in one push, or nothing does.

    Raises:
        Stale: another run registered a version of one of the models first (exit 75); nothing was left behind.
        Failure: a bundle was changed, or its commit is not on main (exit 1); the remote doesn't answer (69) or
            refuses (78).
    """
    with git.kept_open() as opened:
        candidates = [heard(each, forge) for each in candidates_of(opened, bundles, who, now)]
        passed = [each for each in candidates if not each.blocking]
        stopped = [each for each in candidates if each.blocking]
        entered = enter(opened, passed, stopped)
    return Registered(entered.registered, tuple(zip(stopped, entered.stopped, strict=True)))


def registered(git: Git, bundle: Bundle) -> Registration:
    """The version that an earlier run made of a bundle; a push is whole or was not begun, so nothing is left to do.

    Raises:
        Failure: there is none: nothing was begun (exit 75).
    """
    records = ledger.read(git)
    commit = git.commit_id(bundle.commit)
    found = registered_before(records, bundle.manifest.model, bundle.digest, commit)
    if found is None:
        raise nothing_begun(f"{bundle.digest} of commit {bundle.commit[:12]} is not registered")
    refuse_untagged(git, found)
    return Registration(found, new=False)
