"""One request to the local forge, and how a call answers or refuses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.rehearse.hub.people import Person
    from mlops_spec.rehearse.hub.state import Hub
    from mlops_spec.rehearse.hub.tokens import Credential

Json = dict[str, Any]
Result = tuple[int, Json | list[Json]]

CREATED = "2026-01-01T00:00:00Z"  # when accounts, teams and the repository are said to have been made


class Refused(Exception):
    """The call fails as GitHub's would: a status, a message and details."""

    def __init__(self, status: int, message: str, errors: list[Any] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.errors = status, message, errors


@dataclass(frozen=True)
class Request:
    """Who asks what: `parts` are the values in the path, `api` is this server's own address."""

    hub: Hub
    credential: Credential
    parts: Mapping[str, str]
    query: Mapping[str, str]
    body: Json
    api: str

    @property
    def person(self) -> Person:
        return self.credential.person

    def part(self, name: str) -> str:
        return self.parts[name]

    def number(self, name: str) -> int:
        if not self.parts[name].isdigit():
            raise Refused(404, "Not Found")
        return int(self.parts[name])

    def text(self, name: str) -> str:
        """A string that the body must hold."""
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            raise Refused(422, "Invalid request.", [f'"{name}" wasn\'t supplied.'])
        return value
