"""Texts of pull requests and issues, cut to what GitHub takes."""

from __future__ import annotations

LARGEST = 65_536  # characters, GitHub's limit for a body
_KEPT = 60_000


def fitting(body: str, rest: str = "") -> str:
    """The text, or its beginning up to a line's end and a line that says so and where the `rest` is.

    An HTML comment at its end stays: it is a mark for machines.
    """
    if len(body) <= LARGEST:
        return body
    last = body.rstrip().rpartition("\n")[2][:1_000]
    mark = f"\n{last}\n" if last.startswith("<!--") and last.endswith("-->") else ""
    head = body[:_KEPT].rpartition("\n")[0] or body[:_KEPT]
    fence = "\n```" if head.count("\n```") % 2 else ""
    lines = body.count("\n") - head.count("\n")
    said = f"**{lines:,} more lines are left out**: GitHub takes {LARGEST:,} characters."
    return f"{head}{fence}\n\n{said} {rest}".rstrip() + f"\n{mark}"
