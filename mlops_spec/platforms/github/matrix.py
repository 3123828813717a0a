"""GitHub's matrix as a job is told of it: which models are of which group, each name checked, whoever wrote it."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Exit, Failure
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

VARIABLE = "MLOPS_MATRIX"  # how workflows tell a command of the plan's matrix
MODELS = "MLOPS_MODELS"  # and of the models of one group, with spaces between
_GROUP = regex(r"[A-Za-z0-9][A-Za-z0-9+._-]{0,99}")  # as an artifact, and a folder, may be called
_MODEL = regex(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_MOST = 2**20  # characters: all outputs of a job together


def groups_of(text: str) -> Mapping[str, tuple[str, ...]]:
    """The models of each group, in the order of the matrix.

    Raises:
        Failure: it is no matrix, a name in it is none, or a model is in two groups (exit 1).
    """
    entries = _entries(text)
    groups = {str(entry.get("group")): tuple(str(entry.get("models")).split()) for entry in entries}
    models = [model for group in groups.values() for model in group]
    if len(groups) < len(entries) or not all(map(_GROUP.fullmatch, groups)) or not all(groups.values()):
        raise _refused("a group has no name or no models, or one that another has")
    if wrong := next((model for model in models if not _MODEL.fullmatch(model)), None):
        raise _refused(f"{wrong[:80]!r} is no name of a model")
    if twice := [model for model, count in Counter(models).items() if count > 1]:
        raise _refused(f"{twice[0]} stands in two groups")
    return groups


def matrix_of(entries: Iterable[Mapping[str, Any]]) -> str:
    """The value of `strategy.matrix` for these jobs; empty for none, since GitHub refuses a matrix without any."""
    found = list(entries)
    return json.dumps({"include": found}, separators=(",", ":")) if found else ""


def spread(names: Sequence[str], most: int) -> list[tuple[str, ...]]:
    """Names in so many groups at most, each of nearly as many."""
    count = min(most, len(names))
    return [tuple(names[number::count]) for number in range(count)]


def asked_in(text: str, environment: str) -> frozenset[str]:
    """The models of which a matrix of promotions, or of what follows a merge, has a version for an environment.

    Raises:
        Failure: as `groups_of`.
    """
    entries = [entry for entry in _entries(text) if entry.get("environment") == environment]
    tags = [tag for entry in entries for tag in str(entry.get("versions") or entry.get("version")).split()]
    models = frozenset(tag.partition("@")[0] for tag in tags)
    if wrong := next((model for model in models if not _MODEL.fullmatch(model)), None):
        raise _refused(f"{wrong[:80]!r} is no name of a model")
    return models


def _entries(text: str) -> list[dict[str, Any]]:
    if not text.strip():
        return []
    if len(text) > _MOST:
        raise _refused("it is too long")
    try:
        entries = json.loads(text)["include"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _refused("it is not JSON with a list `include`") from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _refused("its `include` is no list of entries")
    return entries


def _refused(why: str) -> Failure:
    return Failure(
        f"the matrix can't be read: {why}",
        exit_code=Exit.FINDINGS,
        remedy="pass on what `mlops-spec plan --matrix 256` gave as its output `matrix`",
    )
