"""The text of a query without what does not count: comments, and what stands between quotes."""

from __future__ import annotations

import re

from mlops_spec.regex import regex

_ASIDE = regex(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"", re.DOTALL)


def plain_sql(text: str, *kept: str) -> str:
    """The query with a space for each comment and quoted part, but those in `kept`.

    >>> plain_sql("SELECT 'order by' FROM a -- order by b")
    'SELECT   FROM a  '
    """
    return _ASIDE.sub(lambda match: match[0] if match[0] in kept else " ", text)
