"""Controls of the repository itself: its default branch, how pull requests merge, owners and releases."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.api.trouble import Refusal
from mlops_spec.platforms.github.doctor.control import Call, Control, known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.platforms.github.doctor.expected import Expected
    from mlops_spec.platforms.github.doctor.snapshot import Snapshot

_ALONE = (
    "`owners` in model.yaml: a second owner or a team. Who works alone sets `approvals: 0` for each environment there, "
    "and in Settings → Rules → Rulesets lets themselves bypass the ruleset of main, for pull requests only"
)


def controls(expected: Expected) -> Iterator[Control]:
    main = expected.branch
    where = "Settings → General → Default branch"
    call = Call("PATCH", "", {"default_branch": main})
    yield Control("repository/main", f"the default branch is {main}", where, partial(_default, main), lambda _: (call,))
    where = "Settings → General → Pull Requests → Allow squash merging"
    squash = Call("PATCH", "", {"allow_squash_merge": True})
    must = "pull requests can merge without a merge commit"
    yield Control("repository/merging", must, where, partial(_merging, main), lambda _: (squash,))
    must = "every owner in CODEOWNERS exists and may write"
    yield Control("repository/owners", must, "Settings → Collaborators and teams; or `owners` in model.yaml", _owners)
    if owner := expected.sole_owner:
        said = f"{owner} is the only owner, and GitHub takes nobody's approval of their own pull request"
        yield Control(
            "repository/approvers", "each pull request has somebody who may approve it", _ALONE, lambda _: said
        )
    where = "Settings → General → Releases → Enable release immutability"
    releases = Call("PUT", "immutable-releases")
    must = "a published release and its tag never change"
    yield Control("repository/releases", must, where, _immutable, lambda _: (releases,))


def _default(main: str, snapshot: Snapshot) -> str | None:
    found = snapshot.repository.default_branch
    return (
        None if found == main else f"it is {found}: workflows that wait for {main} never run; or set `branch: {found}`"
    )


def _merging(main: str, snapshot: Snapshot) -> str | None:
    ways = (snapshot.repository.allow_squash_merge, snapshot.repository.allow_rebase_merge)
    if ways == (None, None):
        message = "the token may not see how pull requests merge"
        raise Refusal(message, status=403, said=message, remedy="it needs `contents: write`")
    return None if any(ways) else f"{main} refuses merge commits, and no other way to merge is allowed"


def _owners(snapshot: Snapshot) -> str | None:
    errors = known(snapshot.owners_errors)
    said = [f"{each.path}:{each.line}: {each.kind}: {each.source or ''}".rstrip(": ") for each in errors]
    return "; ".join(said) or None


def _immutable(snapshot: Snapshot) -> str | None:
    return None if known(snapshot.immutable_releases) else "releases can be changed after they were published"
