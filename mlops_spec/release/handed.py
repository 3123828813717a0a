"""Folders of a plan's groups, as their jobs handed them over: each may hold what is of its own models, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def handed_over(folder: Path, kind: str, groups: Mapping[str, tuple[str, ...]]) -> dict[str, Path]:
    """What `folder` has of each model: `KIND-GROUP/MODEL`, as artifacts `KIND-GROUP` are downloaded side by side.

    A job runs a model's code, and might hand over what is another's: only the plan says which models are its own.

    Raises:
        Failure: something is there that the plan does not have there, or that is no folder (exit 1).
    """
    return dict(_found(folder, kind, groups)) if folder.is_dir() else {}


def _found(folder: Path, kind: str, groups: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, Path]]:
    by_artifact = {f"{kind}-{group}": models for group, models in groups.items()}
    for artifact in sorted(folder.iterdir()):
        models = by_artifact.get(artifact.name)
        if models is None or not _is_folder(artifact):
            _refuse(artifact, "is of no group of the plan")
        for place in sorted(artifact.iterdir()):
            model = place.name.removesuffix(".json")
            if model not in models:
                _refuse(place, f"is of no model of its group, which has {', '.join(models)}")
            yield model, place


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _refuse(path: Path, what: str) -> NoReturn:
    raise Failure(
        f"{path} {what}",
        exit_code=Exit.FINDINGS,
        remedy="a job handed over what is not its own: look at the run's artifacts, then run it again",
    )
