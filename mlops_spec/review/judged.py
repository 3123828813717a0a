"""The basis of a pull request's judgement, in words: the data, a sample, or nothing before the merge."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_spec.spec import Spec

_ON_SAMPLE = (
    "Judged **on a sample**: contract, leaks, latency and size block; every other gate informs, and decides after the "
    "merge, on the data. There the drill follows, which stops the release where a gate can't fail."
)
_AFTER = (
    "**Judged after the merge**: before it nothing of this change trains. A gate that fails then stops the release, "
    "and so does one that the drill shows can't fail."
)


def judged_on(spec: Spec) -> str:
    """The sentence for the comment, by what main's spec lets pull requests read; empty where all may read the data."""
    storage = spec.storage
    if storage is None or (storage.pull_requests == "read" and storage.sign_in is None):
        return ""
    if storage.pull_requests == "read":
        return "Judged on the data, read by what can't write."
    return _ON_SAMPLE if storage.pull_requests == "sample" else _AFTER
