"""Registering what a plan's groups handed over, all of it in one push, and what is to be deployed next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Exit, Failure
from mlops_spec.place import tag_of
from mlops_spec.platforms.github.outputs.environments import waiting
from mlops_spec.release.bundle import read_bundle
from mlops_spec.release.handed import handed_over
from mlops_spec.release.register import register_all
from mlops_spec.repository.names import names_at
from mlops_spec.validate.at_commit import spec_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path, PurePosixPath

    from mlops_spec.git import Git
    from mlops_spec.ledger.record import Who
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.release.bundle import Bundle
    from mlops_spec.release.register import Registered
    from mlops_spec.spec.environments import Environment


@dataclass(frozen=True)
class Handed:
    """Where the groups' artifacts were put: bundles of what passed its gates, and of what they stopped."""

    released: Path
    judged: Path


def register_groups(  # noqa: PLR0913 - what was handed over, by whose word, and when
    git: Git,
    groups: Mapping[str, tuple[str, ...]],
    handed: Handed,
    *,
    who: Who,
    forge: Callable[[], GitHub],
    now: datetime | None = None,
) -> tuple[Registered, tuple[str, ...]]:
    """Registers what the groups of a plan handed over; also the models of the plan of which nothing came.

    Raises:
        Failure: a group handed over what is not its own, or twice (exit 1); and as `register.register_all` does.
    """
    released = handed_over(handed.released, "release", groups)
    judged = handed_over(handed.judged, "judged", groups)
    if twice := sorted(released.keys() & judged.keys()):
        raise Failure(f"{twice[0]} was handed over twice, as released and as stopped", exit_code=Exit.FINDINGS)
    folders = names_at(git.tree())
    bundles = dict(_bundles(released | judged, folders))
    lost = tuple(model for group in groups.values() for model in group if model not in released | judged)
    return register_all(git, bundles, who=who, now=now, forge=forge), lost


def _bundles(
    places: Mapping[str, Path], folders: Mapping[str, PurePosixPath]
) -> Iterator[tuple[PurePosixPath, Bundle]]:
    for model, place in places.items():
        if model not in folders:
            raise Failure(f"{place}: this commit has no model {model!r}, or two of that name", exit_code=Exit.FINDINGS)
        yield folders[model], read_bundle(place)


def deployments_after_merge(git: Git, done: Registered) -> list[dict[str, Any]]:
    """A job for each environment that follows registered versions: its name, the versions, and how long to wait."""
    folders = names_at(git.tree())
    found: dict[str, list[tuple[str, str, Environment]]] = {}
    for each in done.versions:
        what = each.record.what
        spec = spec_at(git.within(folders[what.model]).here())
        for name, environment in spec.environments.items():
            if environment.after == "merge":
                digest = what.package.digest if what.package else ""
                named = tag_of(what.model, what.version or "")
                found.setdefault(name, []).append((named, digest, environment))
    return [
        {
            "environment": name,
            "versions": " ".join(tag for tag, _, _ in each),
            "digests": " ".join(digest for _, digest, _ in each),
            **waiting(environment for _, _, environment in each),
        }
        for name, each in found.items()
    ]
