"""The versions' tags: those of this clone, and whether those of the remote are as they were registered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.ledger.compare import UNRECORDED, removed, restored
from mlops_spec.ledger.state import version_key
from mlops_spec.place import tag_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlops_spec.git import Git, Tag
    from mlops_spec.ledger import Record


def releases(git: Git, model: str) -> tuple[Tag, ...]:
    """The versions' tags from old to new: numbers only rise from one registration to the next."""
    pattern = re.compile(rf"{re.escape(tag_of(model, ''))}(v\d{{1,6}}\.\d{{1,6}}\.\d{{1,6}})")
    found = {version_key(match[1]): tag for tag in git.tags(tag_of(model)) if (match := pattern.fullmatch(tag.name))}
    return tuple(found[key] for key in sorted(found))


def newest(known: tuple[Tag, ...]) -> Tag | None:
    """The newest of these releases, where there is one: what a run starts from, and what a plan compares with."""
    return known[-1] if known else None


def listed(git: Git, model: str = "*") -> dict[str, str]:
    """The remote's tags of a model's versions, or of all models', name → object.

    Raises:
        Failure: the remote doesn't answer (69).
    """
    found = git.remote_refs(f"refs/tags/{tag_of(model)}").items()
    return {ref.removeprefix("refs/tags/"): tag for ref, tag in found if not ref.endswith("^{}")}


def by_model(tags: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Tags of versions, apart by model."""
    found: dict[str, dict[str, str]] = {}
    for name, tag in tags.items():
        found.setdefault(name.rpartition("@")[0], {})[name] = tag
    return found


def differing(found: Mapping[str, str], registered: Iterable[Record]) -> Iterator[str]:
    """Each way in which the remote's tags of a model's versions are not what the ledger has of them."""
    recorded = {record.what.tag.name: record for record in registered if record.what.tag}
    for name, record in recorded.items():
        assert record.what.tag is not None
        if name not in found:
            yield f"tag {name} is gone, record {record.seq} registers it: {restored(record.what.tag)}"
        elif found[name] != record.what.tag.object:
            yield f"tag {name} was moved: record {record.seq} has {record.what.tag.object[:12]}, now {found[name][:12]}"
    for name in sorted(found.keys() - recorded.keys()):
        yield f"tag {name} has no record: {UNRECORDED}: {removed(name)}"
