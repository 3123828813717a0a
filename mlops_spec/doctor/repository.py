"""Controls of the repository itself: its default branch, how pull requests merge, owners and releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import layout
from mlops_spec.doctor.control import Call, Control, known
from mlops_spec.forge.trouble import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.doctor.snapshot import Snapshot


def controls() -> Iterator[Control]:
    main = layout.MAIN_BRANCH
    where = "Settings → General → Default branch"
    call = Call("PATCH", "", {"default_branch": main})
    yield Control("repository/main", f"the default branch is {main}", where, _default, lambda _: (call,))
    where = "Settings → General → Pull Requests → Allow squash merging"
    squash = Call("PATCH", "", {"allow_squash_merge": True})
    must = "pull requests can merge without a merge commit"
    yield Control("repository/merging", must, where, _merging, lambda _: (squash,))
    must = "every owner in CODEOWNERS exists and may write"
    yield Control("repository/owners", must, "Settings → Collaborators and teams; or `owners` in model.yaml", _owners)
    where = "Settings → General → Releases → Enable release immutability"
    releases = Call("PUT", "immutable-releases")
    must = "a published release and its tag never change"
    yield Control("repository/releases", must, where, _immutable, lambda _: (releases,))


def _default(snapshot: Snapshot) -> str | None:
    found = snapshot.repository.default_branch
    return None if found == layout.MAIN_BRANCH else f"it is {found}: workflows would run on a branch without rules"


def _merging(snapshot: Snapshot) -> str | None:
    ways = (snapshot.repository.allow_squash_merge, snapshot.repository.allow_rebase_merge)
    if ways == (None, None):
        message = "the token may not see how pull requests merge"
        raise Refusal(message, status=403, said=message, remedy="it needs `contents: write`")
    return None if any(ways) else f"{layout.MAIN_BRANCH} refuses merge commits, and no other way to merge is allowed"


def _owners(snapshot: Snapshot) -> str | None:
    errors = known(snapshot.owners_errors)
    said = [f"{each.path}:{each.line}: {each.kind}: {each.source or ''}".rstrip(": ") for each in errors]
    return "; ".join(said) or None


def _immutable(snapshot: Snapshot) -> str | None:
    return None if known(snapshot.immutable_releases) else "releases can be changed after they were published"
