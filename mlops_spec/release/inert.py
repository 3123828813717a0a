"""Text of others in Markdown that we publish."""

from __future__ import annotations


def code(text: str) -> str:
    """Somebody's text where Markdown reads nothing into it: no mention, link, tag or table cell.

    >>> code("see @all | <!-- `x`")
    "`see @all ¦ <!-- 'x'`"
    """
    return "`" + text.replace("`", "'").replace("|", "¦").replace("\n", " ").replace("\r", " ") + "`"
