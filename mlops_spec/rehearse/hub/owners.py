"""Code owners: whose approval a pull request needs, by the CODEOWNERS file of its base branch.

https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlops_spec.git import Tree

_PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")  # the first that exists counts


def read_owners(tree: Tree) -> str:
    """The text of the CODEOWNERS of a commit; empty where it has none."""
    found = (tree.read(place) for place in _PLACES)
    return next((content.decode(errors="replace") for content in found if content is not None), "")


def owners_of(path: str, text: str) -> tuple[str, ...]:
    """Who owns a file: the names behind the last pattern that matches it, without their `@`."""
    owners: tuple[str, ...] = ()
    for line in text.splitlines():
        pattern, *names = line.partition("#")[0].split() or [""]
        if pattern and _regex(pattern).match(path):
            owners = tuple(name.removeprefix("@") for name in names)
    return owners


def lacking(
    changed: Iterable[str], text: str, approved_by: Iterable[str], teams: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """What still waits for an owner: the owners of each changed file that none of them has approved, once each."""
    approvals = {login.lower() for login in approved_by}
    missing: dict[str, None] = {}
    for path in changed:
        owners = owners_of(path, text)
        people = {login.lower() for owner in owners for login in teams.get(owner, (owner,))}
        if owners and not people & approvals:
            missing[" or ".join(owners)] = None
    return list(missing)


def _regex(pattern: str) -> re.Pattern[str]:
    """As in .gitignore: a `/` but at the end ties it to the root, and a folder stands for all below it."""
    anchored = "/" in pattern.rstrip("/")
    parts = re.split(r"(\*\*/|/\*\*$|\*\*|\*|\?)", pattern.strip("/") if anchored else pattern.rstrip("/"))
    special = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    body = "".join(special.get(part, re.escape(part)) for part in parts)
    # `docs/*` is what lies in docs, and nothing below that
    below = "/" if pattern.endswith("/") else "$" if anchored and pattern.endswith("/*") else "(?:/|$)"
    return re.compile(("" if anchored else "(?:.*/)?") + body + below)
