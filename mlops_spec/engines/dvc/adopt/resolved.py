"""The stages of a `dvc.yaml` as DVC itself expands them: templates, `foreach` and `matrix`."""

from __future__ import annotations

import contextlib
import importlib
from typing import TYPE_CHECKING, Any

from mlops_spec.engines.source import mapping
from mlops_spec.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def stages(root: Path, text: str, document: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    """The stages by their names, `train@emea` of one that stands for several; `document` is what the text says.

    Raises:
        Failure: a template in it can't be filled in.
    """
    found = {each: mapping(stage) for each, stage in mapping(document.get("stages")).items()}
    templated = "${" in text or any({"foreach", "matrix"} & stage.keys() for stage in found.values())
    return _expanded(root, document, name) if templated else found


def _expanded(root: Path, document: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    """By DVC's own resolver, which reads `params.yaml` and the files under `vars`, and runs nothing."""
    with _repository(root) as (repo, parsing, errors):
        try:
            resolved = parsing.DataResolver(repo, str(root.resolve()), document).resolve()
        except errors as error:
            reason = " ".join(str(error).split()) or "a template can't be filled in"
            raise Failure(f"{name}: {reason}", remedy="`dvc stage list` must work first") from error
    return {str(each): mapping(stage) for each, stage in mapping(resolved.get("stages")).items()}


@contextlib.contextmanager
def _repository(root: Path) -> Iterator[tuple[Any, Any, tuple[type[Exception], ...]]]:
    parsing = importlib.import_module("dvc.parsing")
    exceptions = importlib.import_module("dvc.exceptions")
    repository = importlib.import_module("dvc.repo").Repo
    errors = (
        *(exceptions.DvcException, ValueError, TypeError, KeyError, AttributeError, RecursionError, OSError),
        AssertionError,  # of a group that names nothing
    )
    try:
        with repository(str(root.resolve()), uninitialized=True) as repo:
            yield repo, parsing, errors
    except exceptions.DvcException as error:
        raise Failure(f"DVC does not open {root}: {error}") from error
