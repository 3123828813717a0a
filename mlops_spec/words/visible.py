"""Escapes text of others, so that it can't steer a terminal, hide in a report or command a workflow."""

from __future__ import annotations

from mlops_spec.regex import regex

# What is a letter or a mark to Unicode, and nothing to see: fillers, blanks and selectors of variants; but for the two
# that say whether a sign is shown as an emoji.
_UNSEEN = regex("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe00-\ufe0d\uffa0\U000e0100-\U000e01ef]")


class Visible(str):
    """Text in which whatever others wrote was made visible piece by piece: it is said as it stands."""

    __slots__ = ()


def visible(text: str) -> str:
    r"""Replaces what is not printable by its escape; the result is one line.

    >>> visible("a\x1b[31m\u202eb")
    'a\\x1b[31m\\u202eb'
    """
    if _is_seen(text):
        return text
    return "".join(one if _is_seen(one) or one == "\u00a0" else ascii(one)[1:-1] for one in text)


def visible_page(text: str) -> str:
    """Keeps line ends and tabs and makes the rest visible."""
    if _is_seen(text):
        return text
    return "\n".join(map(_line, text.replace("\r\n", "\n").split("\n")))


def visible_lines(text: str) -> Visible:
    r"""A page of which no line is a command.

    A runner of GitHub Actions takes a line for a command that begins with `::` behind any blanks, or holds `##[`.

    >>> print(visible_lines("a\n::error::b ##[group]\x1b"))
    a
    \::error::b ##\[group]\x1b
    """
    text = visible_page(text)
    if "::" in text:
        text = "\n".join(map(_no_command, text.split("\n")))
    return Visible(text.replace("##[", "##\\["))


def visible_json(text: str) -> Visible:
    r"""JSON of the same value that is visible and commands nothing; its own line ends stay.

    >>> print(visible_json('{"a": "##[\u202e"}'))
    {"a": "#\u0023[\u202e"}
    """
    if not _is_seen(text):
        text = "".join(one if _is_seen(one) or one == "\n" else _escaped(one) for one in text)
    return Visible(text.replace("##[", "#\\u0023["))


def _is_seen(text: str) -> bool:
    return text.isprintable() and (text.isascii() or not _UNSEEN.search(text))


def _line(text: str) -> str:
    return "\t".join(map(visible, text.split("\t")))


def _no_command(line: str) -> str:
    rest = line.lstrip()
    return f"{line[: len(line) - len(rest)]}\\{rest}" if rest.startswith("::") else line


def _escaped(character: str) -> str:
    """As JSON escapes it: by the UTF-16 units, of which a lone surrogate is one."""
    if character == "\t":
        return character
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4))
