"""The module or script that a command of the spec has Python run."""

from __future__ import annotations

from mlops_spec.regex import regex

_PYTHON = regex(r"(.*/)?python[0-9.]*(\.exe)?")


def python_runs(line: tuple[str, ...]) -> tuple[str, str]:
    """The module or the script that a command has Python run; empty for what is run otherwise."""
    starts = [index for index, word in enumerate(line) if _PYTHON.fullmatch(word)]
    rest = list(line[starts[0] + 1 :]) if starts else []
    while rest and rest[0].startswith("-") and rest[0] not in ("-m", "-c", "-"):
        rest = rest[2:] if rest[0] in ("-W", "-X") else rest[1:]
    if not rest or rest[0] in ("-c", "-"):
        return "", ""
    if rest[0] == "-m":
        return (rest[1] if len(rest) > 1 else ""), ""
    return "", rest[0] if rest[0].endswith(".py") and not rest[0].startswith("/") else ""
