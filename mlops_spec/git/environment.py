"""The environment that git runs in: no hooks, prompts or translations, and the token out of sight of argv."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

from mlops_spec.system.digits import number_of

if TYPE_CHECKING:
    from collections.abc import Mapping

# A hook, a file monitor or a signature program would run what the repository names; the rest changes what a call does.
_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.quotePath": "false",
    "color.ui": "false",
    "fetch.recurseSubmodules": "false",
    "gc.autoDetach": "false",
    "log.showSignature": "false",
    "push.followTags": "false",
    "push.gpgSign": "false",
    "push.recurseSubmodules": "no",
}
# A server that sends less than 1 kB a second over a minute has stopped answering.
_SLOW = {"GIT_HTTP_LOW_SPEED_LIMIT": "1000", "GIT_HTTP_LOW_SPEED_TIME": "60"}
# What a hook's caller leaves behind: with these set, git works on another repository than the one named.
_LOCAL = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
}


def environment(token: str | None, server: str, extra: Mapping[str, str]) -> dict[str, str]:
    """The variables that git is started with: the process's own, without what changes the meaning of a call."""
    kept = {name: value for name, value in os.environ.items() if name not in _LOCAL}
    settings = list(_SETTINGS.items())
    if token:
        secret = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        header = f"http.{server.rstrip('/')}/.extraheader"
        # The empty value first drops a header that a checkout left in the repository's configuration.
        settings += [(header, ""), (header, f"AUTHORIZATION: basic {secret}")]
    first = number_of(kept.get("GIT_CONFIG_COUNT") or "0") or 0  # any other text is none, as ours replaces it
    for number, (key, value) in enumerate(settings, first):
        kept |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return {
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oConnectTimeout=30 -oServerAliveInterval=15 -oServerAliveCountMax=4",
        **_SLOW,
        **kept,
        "GIT_CONFIG_COUNT": str(first + len(settings)),
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
        **extra,
    }
