"""The writers of records, by the names that a ledger takes: a person, a bot, or an environment's agent."""

from __future__ import annotations

import getpass
import os
import re
from typing import Literal

from mlops_spec.ledger.record import Actor, Who
from mlops_spec.system.digits import number_of


def person() -> Who:
    """The user of this machine."""
    return Who(actor=actor(_user()))


def agent(environment: str) -> Who:
    """The agent of an environment."""
    return Who(actor=Actor(login=f"agent:{environment}", kind="agent"))


def actor(login: str, number: str = "") -> Actor:
    """Somebody whom a platform or a machine knows by a login, and a platform by a number too."""
    kind: Literal["human", "bot"] = "bot" if login.endswith("[bot]") else "human"
    name = re.sub(r"[^A-Za-z0-9_.:-]", "-", login.removesuffix("[bot]")).lstrip("_.:-")[:90] or "unknown"
    return Actor(login=name + ("[bot]" if kind == "bot" else ""), id=number_of(number), kind=kind)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without an entry for its user
        return f"uid-{os.getuid()}"
