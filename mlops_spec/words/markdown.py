"""Escapes text of others for GitHub's Markdown, so that it stays text.

GitHub finds references, mentions, addresses, emoji and mathematics in the text that Markdown leaves, so that no escape
keeps them from it; in code it looks for none. So what is not plain stands in code, and there, in case that changes,
look-alikes stand for what mentions a person, opens a tag, ends a cell or names an issue.
"""

from __future__ import annotations

import html
import re

from mlops_spec.regex import regex
from mlops_spec.words.visible import visible

_LOOK_ALIKES = str.maketrans({"@": "＠", "<": "‹", ">": "›", "`": "ʹ", "|": "¦"})
_ISSUE = regex(r"#(?=\d)")
# Letters, digits and what joins them; nothing that Markdown or GitHub marks.
_PLAIN = regex(r"[A-Za-z0-9](?:(?:[A-Za-z0-9_.,=+/ -]|: )*[A-Za-z0-9])?")
# A list's number, `www.…`, emphasis, the tickets of GitHub (`GH-1`) and of others, advisories, commits.
_REFERENCE = regex(
    r"^\d+\.(?: |$)|[Ww]{3}\.|(?:^|[^A-Za-z0-9])_|_(?:[^A-Za-z0-9]|$)"
    r"|\b(?:[Gg][Hh]|[A-Z]{2,})-\w|\b[0-9a-f]{7,40}\b",
    re.ASCII,
)
# An underscore between letters or digits is one; anywhere else it may start emphasis.
_WORD = regex(r"[A-Za-z][A-Za-z0-9_./@-]*")
_UNDERSCORE = r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"
_MARKUP = regex(r"[\\`*_{}\[\]<>|#~!&$@]|^[-+]|^[0-9]+(?=[.)])")


def inert(text: str) -> str:
    """One line, without control characters, mentions, tags, links or table borders, even where it is not in code.

    >>> inert("@all <img> [x](y) `a` | b #1")
    '＠all ‹img› [x] (y) ʹaʹ ¦ b ＃1'
    """
    shown = visible(" ".join(text.splitlines())).translate(_LOOK_ALIKES).replace("](", "] (")
    return _ISSUE.sub("＃", shown)


def code(text: str) -> str:
    """A span of code.

    >>> code("see @all | `x`")
    '`see ＠all ¦ ʹxʹ`'
    """
    return f"`{inert(text) or '–'}`"


def prose(text: str) -> str:
    """Text for a line or a table's cell: as it is where nothing in it is marked, else as code.

    >>> prose("champion: roc_auc, paired"), prose("[0,25)"), prose("www.example.org"), prose("GH-1")
    ('champion: roc_auc, paired', '`[0,25)`', '`www.example.org`', '`GH-1`')
    """
    return text if _PLAIN.fullmatch(text) and not _REFERENCE.search(text) else code(text)


def html_code(text: str) -> str:
    """Code in HTML, such as a fold's title, where Markdown is not read but GitHub still looks for references.

    >>> html_code("a & #1")
    '<code>a &amp; ＃1</code>'
    """
    return f"<code>{html.escape(inert(text), quote=False) or '–'}</code>"


def block(text: str, language: str = "") -> str:
    """A block of code; nothing in its lines can close it."""
    lines = "\n".join(map(inert, text.rstrip("\n").split("\n")))
    return f"```{language}\n{lines}\n```"


def escaped(text: str) -> str:
    """One line of our own spec for a file of the repository, its markup escaped as CommonMark has it.

    GitHub finds no references in files; runs of spaces are shown as one anyway.
    """
    text = " ".join(text.split())
    word = _WORD.fullmatch(text) and not re.search(_UNDERSCORE, text)
    return text if word else _MARKUP.sub(_escaped, text)


def _escaped(markup: re.Match[str]) -> str:
    """A backslash before what it is; after the number of a list's item."""
    return f"{markup[0]}\\" if markup[0].isdigit() else f"\\{markup[0]}"
