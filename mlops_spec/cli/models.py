"""The models that a command is about: the option `--model`, and the rule of what counts where nothing is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import words
from mlops_spec.errors import Exit, Failure
from mlops_spec.lint.models import Model, Models, models_in
from mlops_spec.model_folder import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


def one_model(directory: Path, names: Sequence[str] = ()) -> Model:
    """The one model that a command is about: that of the folder, or the one that is named.

    Raises:
        Failure: there are several and none is named, or its spec is not valid (exit 2).
    """
    models = models_in(directory, names)
    if models.broken:
        raise next(iter(models.broken.values()))
    if len(models) != 1:
        raise Failure(
            f"{directory} has {len(models)} models, and this is about one",
            remedy=f"name it by --model, or run this in its folder, such as {next(iter(models)).place.folder}",
        )
    return next(iter(models))


def each_model(models: Models, do: Callable[[Model], int]) -> int:
    """Does it for one model after another and returns the worst exit code; a model that fails holds up no other."""
    if models.here:
        return do(next(iter(models)))
    codes = [_told(model, do) for model in models]
    return max([*codes, broken(models)])


def broken(models: Models) -> int:
    """Says how many models were meant and what is wrong with those that can't be used; the worst of their exit codes.

    Of the one model of a folder nothing is said.
    """
    if models.here:
        return Exit.OK
    for failure in models.broken.values():
        words.err(failure.message)
    count = len(models) + len(models.broken)
    left = f", {len(models.broken)} of them not valid" if models.broken else ""
    words.err(f"{count} model{'' if count == 1 else 's'}{left}")
    return max((failure.exit_code for failure in models.broken.values()), default=Exit.OK)


def _told(model: Model, do: Callable[[Model], int]) -> int:
    words.out(f"{model.name} ({model.place.folder})")
    try:
        return do(model)
    except Failure as failure:
        words.err(f"{model.name}: {failure.message}")
        if failure.remedy:
            words.err(f"  {failure.remedy}")
        return failure.exit_code or Exit.FINDINGS


def is_one(directory: Path) -> bool:
    """Whether a command in a folder is about the one model there, or about several, of which it is the root."""
    return (directory / SPEC).is_file()


def below(folder: Path | None, model: Model) -> Path | None:
    """A model's own folder below the one that an option names for all."""
    return folder and folder / model.name


def refuse_one_file(file: Path | None, option: str) -> None:
    """Raises Failure (2) where several models would be written into one file."""
    if file is not None:
        raise Failure(f"{option} names one file, and there are several models", remedy="leave it away, or name --model")
