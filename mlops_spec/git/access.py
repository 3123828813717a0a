"""Access to a repository's remote: what a process may do there."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Access:
    """A token for one server, and the name by which that server knows the repository, where it tells it.

    `token` goes to `server` over HTTPS alone. `name` is HOST/OWNER/NAME, with `#` and the repository's number where it
    has one that no other repository ever gets.
    """

    token: str | None = field(default=None, repr=False)
    server: str = "https://github.com"
    name: str = ""
