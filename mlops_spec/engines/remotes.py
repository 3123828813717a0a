"""The remotes that store a repository's data and results, as its engine's settings name them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.document.diagnostic import Span


@dataclass(frozen=True)
class Remote:
    """A store by the name that the settings give it, what they say of it, and where they do."""

    name: str
    values: Mapping[str, str]
    span: Span

    @property
    def url(self) -> str:
        """Its address; empty where none is given."""
        return self.values.get("url", "")

    @property
    def is_verified(self) -> bool:
        """Whether the engine compares what comes from it with its hash."""
        return self.values.get("verify", "").lower() in ("true", "yes", "on", "1")


@dataclass(frozen=True)
class Settings:
    """The remotes, the name of the default one (empty: none), where that is said, and the folder of the cache."""

    remotes: tuple[Remote, ...]
    default_name: str
    span: Span | None
    cache: str

    @property
    def default(self) -> Remote | None:
        """The remote that is used where none is named; None also where the settings say nothing of it."""
        named = [each for each in self.remotes if each.name == self.default_name]
        return named[0] if named and self.default_name else None
