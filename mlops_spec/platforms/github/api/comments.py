"""Comments on issues and pull requests: above all the one that is kept up to date."""

from __future__ import annotations

from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.api.bodies import LARGEST
from mlops_spec.platforms.github.api.connection import GitHub, repository_path
from mlops_spec.platforms.github.api.shapes import Comment, read

ACTIONS_BOT = "github-actions[bot]"
_WRITE = "pull-requests: write"


def of_issue(github: GitHub, number: int) -> list[Comment]:
    """All comments of an issue or pull request, oldest first."""
    path = repository_path(github, f"issues/{number}/comments")
    return [read(Comment, item, f"GET {path}") for item in github.pages(path, needs="pull-requests: read")]


def create(github: GitHub, number: int, body: str) -> Comment:
    path = repository_path(github, f"issues/{number}/comments")
    return read(Comment, github.send("POST", path, {"body": _fits(body)}, needs=_WRITE), f"POST {path}")


def update(github: GitHub, comment_id: int, body: str) -> Comment:
    path = repository_path(github, f"issues/comments/{comment_id}")
    values = {"body": _fits(body)}
    return read(Comment, github.send("PATCH", path, values, needs=_WRITE, repeatable=True), f"PATCH {path}")


def keep_one(github: GitHub, number: int, *, marker: str, body: str, author: str = ACTIONS_BOT) -> Comment:
    """Creates, or updates, the one comment of `author` whose first line is `marker` (an HTML comment).

    Somebody else's comment with the same marker is left alone: a contributor can write any text.
    """
    text = f"{marker}\n{body}"
    for comment in of_issue(github, number):
        if comment.user and comment.user.login == author and (comment.body or "").split("\n", 1)[0].strip() == marker:
            return comment if comment.body == text else update(github, comment.id, text)
    return create(github, number, text)


def _fits(body: str) -> str:
    if len(body) > LARGEST:
        raise Failure(f"a comment of {len(body):,} characters: GitHub takes {LARGEST:,}", exit_code=Exit.FINDINGS)
    return body
