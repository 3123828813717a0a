"""The packages that something which serves a model installs, beside what a file of requirements says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.platforms.github.workflow.command import Spot, commands
from mlops_spec.platforms.github.workflow.companions import BENTO, COG
from mlops_spec.platforms.github.workflow.images import image_commands
from mlops_spec.platforms.github.workflow.roles import plain
from mlops_spec.platforms.github.workflow.typed import items, mapping, text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.platforms.github.workflow.jobs import Delivery, Step

_REQUIREMENT = regex(r"(?P<name>[A-Za-z][\w.-]*)(?:\[[^\]]*\])?\s*(?:==\s*(?P<version>[\w.]+))?(?P<rest>.*)")
#: Files that say what an image is made of, by what builds from them, with the keys of their packages.
_FILES = (
    (regex(r"bentoml (build|containerize)\b"), BENTO, ("python", "packages")),
    (regex(r"cog (build|push)\b"), COG, ("build", "python_packages")),
)
_INSTALLS = regex(r"(python[\d.]* -m )?(uv )?pip3? install ")


class Package(NamedTuple):
    """A package by its name, the one version that it may have, or empty, and where that stands."""

    name: str
    version: str
    spot: Spot


def served_packages(step: Step, delivery: Delivery) -> Iterator[Package]:
    """What the image of a step installs that it builds from a Dockerfile, for BentoML or for Cog."""
    for built in image_commands(step, delivery):
        for command in commands(built.script):
            if _INSTALLS.match(plain(command)):
                yield from _named(command.words, Spot(built.document, built.span))
    for asked, path, keys in _FILES:
        document = delivery.sources.get(path)
        if document is None or not any(asked.match(plain(command)) for command in step.commands):
            continue
        listed = items(mapping(mapping(document.data).get(keys[0])).get(keys[1]))
        for number, each in enumerate(listed):
            yield from _named((text(each),), Spot(document, document.place((*keys, number))))


def _named(words: tuple[str, ...], spot: Spot) -> Iterator[Package]:
    for word in words:
        match = _REQUIREMENT.fullmatch(word.strip("\"'"))
        if match and not word.startswith("-"):
            yield Package(match["name"].lower().replace("_", "-"), match["version"] or "", spot)
