"""A step's access to its workflow: inputs, masks, outputs and variables for later steps, identity token."""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from mlops_spec.platforms.github.variables import ENV, OUTPUT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DIRECT = build_opener(ProxyHandler({}))  # loopback alone
LONGEST = 30.0
URL, TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"


class Refused(Exception):
    """The action ends here, with this as its error."""


def run(action: Callable[[], None]) -> None:
    """Runs an action, and ends the process as its step ends."""
    try:
        action()
    except Refused as refused:
        sys.exit(f"::error::{str(refused).replace('%', '%25').replace(chr(10), '%0A')}")


def given(name: str) -> str:
    """An input of the action."""
    return os.environ.get(f"INPUT_{name.upper().replace('-', '_')}", "").strip()


def export(variables: Mapping[str, str]) -> None:
    """What later steps of the job see in their environment."""
    _append(ENV, variables)


def output(values: Mapping[str, str]) -> None:
    """The step's outputs."""
    _append(OUTPUT, values)


def mask(value: str) -> None:
    """Hides a value in the log."""
    print(f"::add-mask::{value}", flush=True)


def has_identity() -> bool:
    """Whether the job may ask for a token: GitHub names the place to those alone that have `id-token: write`."""
    return bool(os.environ.get(TOKEN)) and bool(os.environ.get(URL))


def identity(audience: str) -> str:
    """The job's identity token for an audience. Raises `Refused` in the words of GitHub's toolkit."""
    for name in (URL, TOKEN):
        if not os.environ.get(name):
            raise Refused(f"Unable to get {name} env variable")
    url = f"{os.environ[URL]}&audience={quote(audience, safe='')}"
    request = Request(url, headers={"Authorization": f"Bearer {os.environ[TOKEN]}"})  # noqa: S310 - the hub's
    try:
        with DIRECT.open(request, timeout=LONGEST) as answer:
            token = str(json.load(answer)["value"])
    except HTTPError as error:
        raise Refused(f"Failed to get ID Token. \n Error Code : {error.code}\n Error Message: {error.reason}") from None
    except (URLError, OSError) as error:
        raise Refused(f"Failed to get ID Token. \n Error Message: {error}") from None
    mask(token)
    return token


def subject(token: str) -> str:
    """What a trust policy compares with."""
    payload = token.split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"])


def _append(file: str, values: Mapping[str, str]) -> None:
    with Path(os.environ[file]).open("a", encoding="utf-8") as lines:
        lines.writelines(f"{name}={value}\n" for name, value in values.items())
