"""The origin of a clone: its address, and the name of its default branch."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

from mlops_spec.regex import regex
from mlops_spec.repository.ini import sections

CONFIG, HEAD = "config", "refs/remotes/origin/HEAD"
_BRANCH = regex(r"ref: refs/remotes/origin/(\S+)")
# `https://user@host:443/…` and `user@host:…`; one letter before a colon is a drive.
_HOST = regex(r"[a-z+]+://(?:[^/@]*@)?([^/:]+)|(?:[^/@:]+@)?([^/@:]{2,}):", re.IGNORECASE)
_LOOPBACK = "127.0.0.1"
_OF_A_FILE = "gitdir: "


class Origin(NamedTuple):
    """Empty is what the clone does not know."""

    url: str = ""
    branch: str = ""

    @property
    def host(self) -> str:
        """The machine that it lies on, as the address names it.

        >>> Origin("git@gitlab.com:acme/credit.git").host, Origin("/srv/credit.git").host
        ('gitlab.com', '')
        """
        match = _HOST.match(self.url)
        return (match[1] or match[2]).lower() if match and not self.url.startswith("file:") else ""


def on_github(host: str) -> bool:
    """Whether a host runs what is rendered; a name without a dot is this machine's, or an alias of SSH's.

    >>> [on_github(host) for host in ("github.com", "acme.ghe.com", "work", "", "github.acme.com")]
    [True, True, True, True, False]
    """
    known = host in ("github.com", "ssh.github.com") or host.endswith(".ghe.com")
    return known or "." not in host or host == _LOOPBACK


def described(config: str, head: str) -> Origin:
    """From what Git keeps in its `config` and in `refs/remotes/origin/HEAD`."""
    found = next(
        (section for section in sections(config.splitlines()) if section.name.strip() == 'remote "origin"'), None
    )
    branch = _BRANCH.match(head)
    return Origin(found.values.get("url", "") if found else "", branch[1] if branch else "")


def origin_of(work_tree: str) -> Origin:
    """The origin of the repository whose work tree this is, from Git's own files: a process takes longer."""
    folder = Path(work_tree, ".git")
    if folder.is_file():  # of a submodule, or of a further work tree
        folder = folder.parent / _text(folder).strip().removeprefix(_OF_A_FILE)
        folder = folder / (_text(folder / "commondir").strip() or os.curdir)
    return described(_text(folder / CONFIG), _text(folder / HEAD))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
