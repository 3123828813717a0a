"""The subjects of this repository's jobs in their identity tokens, as GitHub itself reports them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.api.settings import subject_customization
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.platforms.github.api.setting_shapes import SubjectCustomization

_PREFIX = regex(r"repo:[A-Za-z0-9_.-]+(@[0-9]+)?/[A-Za-z0-9_.-]+(@[0-9]+)?")
_USUAL = ["repo", "context"]


def subject_prefix(github: GitHub) -> str:
    """`repo:acme/churn`, or `repo:acme@1/churn@2` where GitHub names owner and repository by their numbers too.

    Raises:
        Failure: GitHub does not answer (69), the token may not ask, or the answer does not settle it (78).
    """
    found = subject_customization(github)
    if not found.use_default and found.include_claim_keys not in (None, _USUAL):
        raise _unsettled(
            f"the subject is made of {', '.join(found.include_claim_keys or ())}", "Set it back to default."
        )
    return _prefix(github.repository, found)


def _prefix(repository: str, found: SubjectCustomization) -> str:
    said = (found.sub_claim_prefix or "").rstrip(":")
    if said:
        if not _PREFIX.fullmatch(said):
            raise _unsettled(
                f"the subject begins with {said!r}", "Trust policies can't be written for that by themselves."
            )
        return said
    if found.use_immutable_subject is False:
        return f"repo:{repository}"
    raise _unsettled(
        "the answer has no `sub_claim_prefix`",
        "Look at the `sub` of a token of this repository, or ask again with a token that may read Actions settings.",
    )


def _unsettled(what: str, remedy: str) -> Failure:
    return Failure(
        f"GitHub does not settle how it names this repository's jobs: {what}", exit_code=Exit.CONFIG, remedy=remedy
    )
