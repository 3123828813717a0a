"""The complete rendered files of a repository: ours, with overlays and with the user's parts of shared ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.outputs import model_outputs, outputs, repository_outputs
from mlops_spec.render.jinja import render
from mlops_spec.render.output import Kind, Output, Rendered
from mlops_spec.render.overlay import apply, overlays, patch_of, read_text
from mlops_spec.render.shared import share
from mlops_spec.repository.around import around

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path, PurePosixPath

    from mlops_spec.place import Place
    from mlops_spec.spec import Spec
    from mlops_spec.spec.shared import Shared


def rendered(root: Path, spec: Spec) -> dict[PurePosixPath, str]:
    """The text of every file that `mlops-spec render` would leave behind in the repository at `root`."""
    return {each.path: each.text for each in render_all(root, spec)}


def render_all(root: Path, spec: Spec) -> tuple[Rendered, ...]:
    """Every file of a repository with one model, at its root, ordered by path.

    Raises Failure where an overlay no longer applies or a value can't be written.
    """
    return _render(root, outputs(spec, *around(root, spec)))


def render_model(place: Place, spec: Spec) -> tuple[Rendered, ...]:
    """Every file in a model's folder, by its path from there; of the only model of a repository, all there are."""
    if place.alone:
        return render_all(place.path, spec)
    return _render(place.path, model_outputs(spec, *around(place.path, spec)))


def render_repository(root: Path, shared: Shared, models: Iterable[tuple[Place, Spec]]) -> tuple[Rendered, ...]:
    """Every file that a repository of many models has once."""
    return _render(root, repository_outputs(shared, models))


def _render(root: Path, found: Sequence[Output]) -> tuple[Rendered, ...]:
    patches = overlays(root)
    _refuse_strays(patches, found)
    return tuple(_with_theirs(root, output, base, patches) for output, base in zip(found, render(found), strict=True))


def _with_theirs(root: Path, output: Output, base: str, patches: Mapping[PurePosixPath, str]) -> Rendered:
    text = base
    if output.path in patches:
        text = apply(output.path, base, patches[output.path])
    elif output.kind is not Kind.MANAGED and (root / output.path).is_file():
        theirs = read_text(root, output.path)
        text = theirs if output.kind is Kind.ONCE else share(output.path, base, theirs)
    return Rendered(output.path, output.kind, output.values, base, text)


def _refuse_strays(patches: Iterable[PurePosixPath], found: Iterable[Output]) -> None:
    managed = {output.path for output in found if output.kind is Kind.MANAGED}
    for path in patches:
        if path not in managed:
            raise Failure(
                f"{patch_of(path)}: no managed file {path} is rendered from this spec",
                exit_code=Exit.CONFIG,
                remedy="remove the overlay",
            )
