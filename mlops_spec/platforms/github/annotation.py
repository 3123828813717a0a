"""Annotations beside a line of a file: commands to the runner of GitHub Actions, safely escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.words.visible import Visible, visible

if TYPE_CHECKING:
    from collections.abc import Mapping


def annotation(severity: str, properties: Mapping[str, object], message: str) -> Visible:
    """One line, in which neither a property nor the message can end itself or begin another command."""
    told = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return Visible(f"::{severity} {told}::{_data(message)}")


def _data(text: str) -> str:
    """As the runner unescapes it; line ends, which would begin another command, are shown and not made."""
    return visible(text).replace("%", "%25").replace("##[", "##\\[")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
