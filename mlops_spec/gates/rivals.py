"""The model that is live in an environment, by the ledger: its package from the release that the ledger names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.engines.packages import packages_of
from mlops_spec.errors import Failure
from mlops_spec.gates.case import Rival
from mlops_spec.gates.scoring import score
from mlops_spec.ledger.query import read_state
from mlops_spec.package.on_disk import read_manifest, verify
from mlops_spec.pipeline.levels import told_at
from mlops_spec.pipeline.trained_rows import read_trained, seen
from mlops_spec.spec.gates.result import Against
from mlops_spec.spec.tasks import task_called
from mlops_spec.system.faults import unanswered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    import pandas as pd

    from mlops_spec.git import Git


@dataclass(frozen=True)
class Champion:
    """What an environment serves: version, package digest, and the commit of its release."""

    environment: str
    version: str
    digest: str
    commit: str


@dataclass(frozen=True)
class Fetched:
    """A champion, and the folder that holds its package."""

    package_dir: Path
    against: Against


def fetched(git: Git, root: Path, live_in: tuple[str, str], destination: Path) -> Fetched | Rival:
    """Puts a champion into `destination`; a rival without answers where there is none, or no ledger.

    `live_in` says of which model and in which environment it is live.

    Raises:
        Failure: the remote of Git or of DVC does not answer (69), or what they give is not what the ledger names.
    """
    model, environment = live_in
    if git.remote not in git.text("remote").split():
        return _without_a_remote(git, environment)
    champion = champion_of(git, model, environment)
    if champion is None:
        reason = f"no champion yet: by the ledger nothing was ever live in {environment}"
        return Rival(None, reason=reason, never_deployed=True)
    fetch(git, root, champion, destination)
    return Fetched(destination, Against(champion.environment, champion.version, champion.digest))


def rival_of(found: Fetched | Rival, rows: pd.DataFrame, quantiles: Sequence[str] = ()) -> Rival:
    """What a champion answers for rows, of a forecast by quantiles these; what can't be known is said, not guessed."""
    if isinstance(found, Rival):
        return found
    try:
        trained = read_trained(found.package_dir)
        told = _told(found, rows, quantiles)
        return Rival(told, found.against, seen=seen(trained, rows) if trained is not None else "")
    except ValueError as error:
        return Rival(None, found.against, f"{found.against.version} can't be compared: {error}")
    except Failure as failure:
        if unanswered(failure):
            raise
        return Rival(None, found.against, f"{found.against.version} can't answer these rows: {failure.message}")


def _told(found: Fetched, rows: pd.DataFrame, quantiles: Sequence[str]) -> np.ndarray:
    manifest, answer = read_manifest(found.package_dir), score(found.package_dir, [rows])[0]
    return told_at(answer, manifest.classes, quantiles) if task_called(manifest.task).answer.ascends else answer


def _without_a_remote(git: Git, environment: str) -> Rival:
    """A repository that was never pushed has released nothing; one that holds releases has lost its remote."""
    if git.text("for-each-ref", "--count=1", "refs/tags", "refs/remotes"):
        return Rival(None, reason=f"there is no remote `{git.remote}`, so no ledger says what is live in {environment}")
    return Rival(
        None, reason="no champion yet: the repository was never pushed, so nothing is live", never_deployed=True
    )


def champion_of(git: Git, model: str, environment: str) -> Champion | None:
    """What is live of a model; None when the ledger proves that nothing ever was.

    Raises:
        Failure: the remote does not answer (69), or the ledger does not hold together (1).
    """
    state = read_state(git).of(model)
    live = state.live.get(environment)
    if live is None:
        return None
    tag = state.registered[live.version].what.tag
    assert tag is not None  # the ledger takes no registration without one
    return Champion(environment, live.version, live.digest, tag.target)


def fetch(git: Git, root: Path, champion: Champion, destination: Path) -> None:
    """Puts the champion's package into `destination`, verified against the ledger's digest.

    Raises:
        Failure: the release or its package can't be had (69), or it is not what the ledger names (78).
    """
    if git.resolve(f"{champion.commit}^{{commit}}") is None:
        git.fetch("+refs/tags/*:refs/tags/*")
    packages_of(git, root).fetch(champion.commit, destination)
    verify(destination, champion.digest)
