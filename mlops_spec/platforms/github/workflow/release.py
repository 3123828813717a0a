"""Commands that decide, and commands that change what is released or live."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.platforms.github.workflow.command import Command

#: What changes the registry or what is live.
RELEASING = ("register", "promote ask")
#: What only has a worth when its failure stops what comes behind it.
DECIDING = ("lint", "render", "run", "gate", "bundle", "register", "audit verify", "promote plan", "promote ask")
#: Events by which the code of others starts a run.
PULL_REQUEST = frozenset(("pull_request", "pull_request_target"))


def decides(command: Command) -> bool:
    return command.verb in DECIDING or verifies(command) or checks_digest(command)


def verifies(command: Command) -> bool:
    """Whether it verifies an attestation of provenance."""
    return command.starts("gh", "attestation", "verify")


def checks_digest(command: Command) -> bool:
    return command.starts("sha256sum") and bool({"-c", "--check"} & set(command.words))


def puts_live(words: Sequence[str]) -> bool:
    """Whether a command copies files to where what is live reads them, by the name of the place."""
    copies = _COPIES.match(" ".join(words)[:2_000])
    places = [word for word in words if "://" in word and not word.startswith("-")]
    return bool(copies) and bool(places) and not _is_source(places[-1], words) and bool(_LIVE.search(places[-1]))


def _is_source(place: str, words: Sequence[str]) -> bool:
    """Whether the last address of a copy is what is copied: a path stands behind it, and no value of an option."""
    behind = words[words.index(place) + 1 :]
    return bool(behind) and not behind[0].startswith("-")


_COPIES = regex(r"(aws (--\S+ \S+ )?s3|gsutil( -m)?|gcloud storage|rclone|s5cmd|mc) (cp|sync|mv|rsync|copy|copyto)\b")
_LIVE = regex(r"(?<![a-z])(prod|production|live|serving|champion)(?![a-z])", re.IGNORECASE)
