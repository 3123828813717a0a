"""Git over smart HTTP: git's own `http-backend` behind the forge's tokens, permissions and rules.

https://git-scm.com/docs/git-http-backend
"""

from __future__ import annotations

import binascii
import os
import subprocess
from base64 import b64decode
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.rehearse.hub.pack import Push, declined
from mlops_spec.rehearse.hub.pushes import refusals

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import Message

    from mlops_spec.rehearse.hub.state import Hub
    from mlops_spec.rehearse.hub.tokens import Credential

_CALLS = ("/info/refs", "/git-upload-pack", "/git-receive-pack")
_SETTINGS = {
    "core.hooksPath": os.devnull,
    "receive.autogc": "false",
    "receive.hideRefs": "refs/pull",
    "uploadpack.allowAnySHA1InWant": "true",
}
_BAD_TOKEN = "Invalid username or token. Password authentication is not supported for Git operations."  # noqa: S105


@dataclass(frozen=True)
class Call:
    """One request of a git client."""

    method: str
    path: str
    query: str
    headers: Message
    body: bytes

    @property
    def repository(self) -> str:
        """`owner/name`."""
        name = next(self.path.removesuffix(end) for end in _CALLS if self.path.endswith(end))
        return name.strip("/").removesuffix(".git")

    @property
    def pushes(self) -> bool:
        return self.path.endswith("/git-receive-pack") or self.query == "service=git-receive-pack"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def is_git(path: str) -> bool:
    return path.endswith(_CALLS)


def answer(hub: Hub, call: Call) -> Answer:
    """What the client gets: git's answer, or a refusal that it prints after `remote:`."""
    token = _basic_token(call.headers.get("Authorization", ""))
    credential = hub.by_token(token) if token else None
    if credential is None:
        return _refused(401, _BAD_TOKEN if token else "", {"WWW-Authenticate": 'Basic realm="GitHub"'})
    refused = _not_allowed(hub, credential, call)
    if refused is not None:
        return refused
    if call.path.endswith("/git-receive-pack"):
        return _receive(hub, credential, call)
    return _backend(hub, credential, call)


def _not_allowed(hub: Hub, credential: Credential, call: Call) -> Answer | None:
    name, person = call.repository, credential.person
    if name in hub.forks:
        # a job knows its own repository; people may read what is public, and write what is theirs
        if credential.job is None and (not call.pushes or name.split("/")[0] == person.login):
            return None
        return _refused(403, f"Permission to {name}.git denied to {person.login}.")
    if name.lower() != hub.repository.lower() or person.role == "none":
        return _refused(404, "Repository not found.")
    if call.pushes and (not credential.may("contents: write") or person.role == "read"):
        return _refused(403, f"Permission to {hub.repository}.git denied to {person.login}.")
    if not credential.may("contents: read"):
        return _refused(403, "Write access to repository not granted.")
    return None


def _receive(hub: Hub, credential: Credential, call: Call) -> Answer:
    push = Push.read(call.body)
    with hub.lock:
        found = [] if call.repository in hub.forks else refusals(hub, credential, push.commands, push.pack)
    if found:
        return Answer(200, {"Content-Type": "application/x-git-receive-pack-result"}, declined(push, found))
    answered = _backend(hub, credential, call)
    with hub.lock:
        hub.pushers |= {each.new: credential.person.login for each in push.commands}
    return answered


def _backend(hub: Hub, credential: Credential, call: Call) -> Answer:
    origin = hub.forks.get(call.repository, hub.origin)
    root = origin.path.parent.parent
    service = next(end for end in _CALLS if call.path.endswith(end))
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(root),
        "GIT_PROJECT_ROOT": str(root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "PATH_INFO": f"/{origin.path.relative_to(root)}{service}",
        "REQUEST_METHOD": call.method,
        "QUERY_STRING": call.query,
        "CONTENT_TYPE": call.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(call.body)),
        "HTTP_CONTENT_ENCODING": call.headers.get("Content-Encoding", ""),
        "GIT_PROTOCOL": call.headers.get("Git-Protocol", ""),
        "REMOTE_USER": credential.person.login,
        "REMOTE_ADDR": "127.0.0.1",
        "GIT_CONFIG_COUNT": str(len(_SETTINGS)),
    }
    for number, (key, value) in enumerate(_SETTINGS.items()):
        environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    done = subprocess.run([program()], input=call.body, env=environment, capture_output=True, check=False)
    return _cgi_answer(done.stdout)


def _cgi_answer(output: bytes) -> Answer:
    head, _, body = output.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
    status = int(headers.pop("Status", "200" if headers else "500").split()[0])
    return Answer(status, headers, body)


@cache
def program() -> Path:
    """git's own CGI program.

    Raises:
        Failure: this git came without it (exit 78).
    """
    done = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True)
    found = Path(done.stdout.strip()) / "git-http-backend"
    if not found.exists():
        raise Failure(f"git has no {found}", exit_code=Exit.CONFIG, remedy="install git as a whole, `http-backend` too")
    return found


def _basic_token(header: str) -> str:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(encoded, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _refused(status: int, said: str, headers: Mapping[str, str] = {}) -> Answer:
    return Answer(status, {"Content-Type": "text/plain; charset=utf-8", **headers}, said.encode())
