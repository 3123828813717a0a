"""The claim on an environment: the agent that acts in it first keeps it, by a remote reference that moves once.

The lock on the folder keeps two agents of one host apart; this keeps those of two hosts apart, without a clock. It is
looked at before an agent acts and again before a version takes over, so that an idle agent costs nothing.
"""

from __future__ import annotations

import secrets
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.git import EMPTY_TREE, Stale, Update
from mlops_spec.system.files import write_atomic

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.git import Git


@dataclass
class Claim:
    """The claim on an environment, of one of several models where it is named.

    `file` holds the commit that stands for this agent, written before it is pushed. `take_over` holds
    for one time: of two agents that were both started so, the later one stays.
    """

    git: Git
    environment: str
    file: Path
    take_over: bool = False
    model: str = ""

    @property
    def ref(self) -> str:
        """The reference in the remote; it is no branch, so nothing starts when it moves."""
        if self.model:
            return f"refs/mlops-spec/models/{self.model}/{self.environment}"
        return f"refs/mlops-spec/agents/{self.environment}"

    def hold(self) -> None:
        """Makes sure that the environment is this agent's, or makes it so where it is nobody's.

        Raises:
            Failure: it is another agent's (exit 75), or the remote doesn't answer (69).
        """
        held = self._held()
        if held is None or held != self._kept():
            if held is not None and not self.take_over:
                raise self._another(held)
            self._take(held)
        self.take_over = False

    def _take(self, held: str | None) -> None:
        mine = self._mine()
        try:
            self.git.push(Update(self.ref, mine, held))
        except Stale:
            now = self._held()
            if now != mine:
                raise self._another(now) from None

    def is_held(self) -> bool:
        """Whether nobody took it over since.

        Raises:
            Failure: the remote doesn't answer (69).
        """
        held = self._held()
        return held is not None and held == self._kept()

    def _held(self) -> str | None:
        return self.git.remote_refs(self.ref).get(self.ref)

    def _kept(self) -> str | None:
        return self.file.read_text(encoding="utf-8").strip() if self.file.exists() else None

    def _mine(self) -> str:
        """The commit that stands for this agent, kept from the first time that it acts."""
        kept = self._kept()
        if kept and self.git.resolve(f"{kept}^{{commit}}") is not None:
            return kept
        told = f"{socket.gethostname()}:{self.file.parent}\n\n{secrets.token_hex(16)}\n"
        self.git.run("mktree")  # the empty tree, which a new clone lacks
        made = self.git.write_commit(EMPTY_TREE, message=told, when=datetime.now(UTC))
        write_atomic(self.file, made + "\n")
        return made

    def _another(self, held: str | None) -> Failure:
        return Failure(
            f"{f'{self.model} in ' if self.model else ''}{self.environment} has another agent: {self._whose(held)}",
            exit_code=Exit.STALE,
            remedy="There can be one. When that one has ended for good, start this one once with --take-over.",
        )

    def _whose(self, held: str | None) -> str:
        if held is None:
            return "it came and went just now"
        self.git.fetch(f"+{self.ref}:{self.ref}")
        place, since = self.git.text("log", "-1", "--format=%s%n%cI", held).splitlines()
        return f"{place}, since {since}"
