"""Versions that stand beside what answers and get no requests yet, and which calls do not reach them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.platforms.github.workflow.roles import plain
from mlops_spec.regex import regex

if TYPE_CHECKING:
    import re

    from mlops_spec.platforms.github.workflow.command import Command


class Kind(NamedTuple):
    """How a service keeps a version without requests, `begins`, `all` of them at once, and which call `reaches` it."""

    begins: re.Pattern[str]
    all: re.Pattern[str]
    named: re.Pattern[str]  # what the version is called in the command that begins
    asks: re.Pattern[str]
    reaches: str  # what such a call has in it, with `NAME` for how the version is called


_NEVER = regex(r"(?!)")
_URL = regex(
    r"(curl|wget|http|https|hey|k6|locust) .*(https?://[\w.-]+\.[a-z]{2,}|status\.(address\.)?url|defaultHostName)"
)
KINDS = (
    Kind(
        regex(r"az (.* )?ml online-deployment (create|update) "),
        regex(r"--all-traffic"),
        regex(r"(?:--name|-n)[ =]([\w-]+)"),
        regex(r"az (.* )?ml online-endpoint invoke "),
        r"--deployment(-name)?[ =]|(^| )-d ",
    ),
    Kind(
        regex(r"gcloud (.* )?run deploy .*--no-traffic"),
        _NEVER,
        regex(r"--tag[ =]([\w-]+)"),
        _URL,
        r"---|NAME|\.tag|traffic",
    ),
    Kind(
        regex(r"gcloud (.* )?app deploy .*--no-promote"),
        _NEVER,
        regex(r"(?:--version|-v)[ =]([\w-]+)"),
        _URL,
        r"-dot-|NAME",
    ),
    Kind(
        regex(r"az (.* )?(webapp|functionapp) (deploy|config|deployment source) .*--slot[ =](?!production)"),
        _NEVER,
        regex(r"--slot[ =]([\w-]+)"),
        _URL,
        r"NAME|slot",
    ),
    Kind(
        regex(r"aws (.* )?sagemaker update-endpoint-weights-and-capacities .*DesiredWeight[=\": ]+0(?![.\d])"),
        _NEVER,
        regex(r"VariantName[=\": ]+([\w-]+)"),
        regex(r"aws (.* )?sagemaker-runtime invoke-endpoint "),
        r"--target-variant",
    ),
)


class Standby(NamedTuple):
    """A version without requests."""

    kind: Kind
    name: str  # empty where it is known only when it runs


def standby(command: Command) -> Standby | None:
    """The version that a command puts beside what answers, without requests; None for any other command."""
    said = plain(command)
    for kind in KINDS:
        if kind.begins.match(said) and not kind.all.search(said):
            named = kind.named.search(said)
            return Standby(kind, named[1] if named else "")
    return None


def passes_by(command: Command, beside: Standby) -> bool:
    """Whether a command asks by the address that all requests go to, and so the version that answers until now."""
    said = plain(command)
    name = beside.name or "(?!)"
    return bool(beside.kind.asks.match(said)) and not regex(beside.kind.reaches.replace("NAME", name)).search(said)
