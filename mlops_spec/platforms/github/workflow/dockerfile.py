"""The commands that an image's build runs; https://docs.docker.com/reference/dockerfile/#run."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

_RUN = regex(r"RUN\s+(?:--\S+\s+)*(?P<script>.*)", re.IGNORECASE | re.DOTALL)


class Run(NamedTuple):
    """One `RUN`, and the line from 1 on which it begins."""

    script: str
    number: int


def image_runs(text: str) -> Iterator[Run]:
    """What the last stage of a build runs, and what those before it do."""
    whole, begin = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#") or (whole and not line.strip()):
            continue
        begin = begin or number
        whole += f"{line.rstrip()}\n"
        if line.rstrip().endswith("\\"):
            continue
        if match := _RUN.match(whole.strip()):
            yield Run(_as_shell(match["script"].replace("\\\n", " ")), begin)
        whole, begin = "", 0


def _as_shell(script: str) -> str:
    try:
        words = json.loads(script) if script.startswith("[") else None
    except (ValueError, RecursionError):
        words = None
    return " ".join(map(str, words)) if isinstance(words, list) else script
