"""Text of others in Markdown: shown as it is, with nothing left in it that GitHub would act on."""

from __future__ import annotations

import re

from mlops_spec.words.visible import visible

# What mentions a person, opens a tag, ends code or a cell is replaced by a look-alike, even where code is shown.
_LOOK_ALIKES = str.maketrans({"@": "＠", "<": "‹", ">": "›", "`": "ʹ", "|": "¦"})
_PLAIN = re.compile(r"[A-Za-z0-9](?:(?:[A-Za-z0-9_.,=+/ -]|: )*[A-Za-z0-9])?")


def inert(text: str) -> str:
    """One line, without control characters, mentions, tags, links or table borders.

    >>> inert("@all <img> [x](y) `a` | b")
    '＠all ‹img› [x] (y) ʹaʹ ¦ b'
    """
    return visible(" ".join(text.splitlines())).translate(_LOOK_ALIKES).replace("](", "] (")


def shown(text: str) -> str:
    """Text for a table's cell: plain where Markdown finds nothing in it, else as code.

    >>> shown("champion: roc_auc, paired"), shown("[0,25)"), shown("www.example.org")
    ('champion: roc_auc, paired', '`[0,25)`', '`www.example.org`')
    """
    safe = inert(text) or "–"
    marked = "www." in safe or re.search(r"(^|\W)_|_(\W|$)", safe)
    return safe if _PLAIN.fullmatch(safe) and not marked else f"`{safe}`"
