"""Files that a workflow, a script or a pipeline names, as paths that may exist."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

MAKEFILE, PIPELINE, DOCKERFILE = "Makefile", "dvc.yaml", "Dockerfile"
#: What says which files Git keeps as pointers.
ATTRIBUTES = ".gitattributes"
#: What `pip install -r` is told.
REQUIREMENTS = regex(r"(?:-r|--requirements?)[ \t=]+[\"']?(?:\./)?([\w./-]{1,160}\.(?:txt|lock))\b")
_FILE = regex(r"(?<![\w./$-])(?:\./)?([\w-]{1,80}(?:/[\w.-]{1,80}){0,10}\.(?:sh|py))\b")
_MODULE = regex(r"(?<!\S)-m[ \t]+([A-Za-z_]\w{0,80}(?:\.[A-Za-z_]\w{0,80}){0,8})")
_DOCKERFILE = regex(r"(?:\bfile:|-f|--file)[ \t=]+[\"']?(?:\./)?([\w./-]{0,160}Dockerfile[\w.-]{0,40})")
_CONTEXT = regex(r"\bcontext:[ \t]*[\"']?(?:\./)?([\w./-]{1,160})")
_FOLDER = regex(r"(?:working-directory:|\bcd|\bmake[ \t]+-C|\bdvc[ \t]+--cd|wdir:)[ \t]*[\"']?(?:\./)?([\w./-]{1,160})")
_TESTED = regex(r"\bpytest\b([^\n;&|#]{0,200})")


def named(text: str) -> Iterator[str]:
    """The paths from the root that a text names, in all folders that it says it works in; some may not be there."""
    folders = dict.fromkeys(["", *(found.strip("/") for found in _FOLDER.findall(text))])
    for path in dict.fromkeys(_named(text)):
        yield from (f"{folder}/{path}".removeprefix("/") for folder in folders)


def tested(text: str) -> Iterator[str]:
    """The folders whose tests a text runs: those behind `pytest`, or else `tests`."""
    for found in _TESTED.findall(text):
        given = [word.partition("::")[0].strip("\"'/") for word in found.split() if not word.startswith("-")]
        folders = [word for word in given if re.fullmatch(r"[\w./-]+", word) and not word.endswith(".py")]
        yield from folders or ["tests"]
        yield from (word.rpartition("/")[0] for word in given if word.endswith(".py") and "/" in word)


def modules(name: str) -> Iterator[str]:
    """The paths at which a module may lie."""
    path = name.replace(".", "/")
    for folder in ("", "src/"):
        yield from (f"{folder}{path}.py", f"{folder}{path}/__main__.py")


def _named(text: str) -> Iterator[str]:
    yield from _FILE.findall(text)
    for name in _MODULE.findall(text):
        yield from modules(name)
    yield from REQUIREMENTS.findall(text)
    if "actions/checkout" in text:
        yield ATTRIBUTES
    if re.search(r"\bmake\b", text):
        yield MAKEFILE
    if re.search(r"\bdvc\b", text):
        yield PIPELINE
    if re.search(r"\bdocker|\bbuildah|\bpodman", text):
        yield from (DOCKERFILE, *_DOCKERFILE.findall(text))
        yield from (f"{folder.strip('/')}/{DOCKERFILE}" for folder in _CONTEXT.findall(text) if folder != ".")
