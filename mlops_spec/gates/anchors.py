"""The anchors of gates, by the ledger: earlier versions, fetched and asked once each, when a gate wants them."""

from __future__ import annotations

import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.gates.case import Rival
from mlops_spec.gates.rivals import Champion, Fetched, fetch
from mlops_spec.integrity.anchor import anchors
from mlops_spec.ledger.query import read
from mlops_spec.release.past import past
from mlops_spec.spec.gates.result import Against

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from mlops_spec.git import Git
    from mlops_spec.integrity.anchor import Past
    from mlops_spec.spec.gates.demand import Demand

    Ask = Callable[[Fetched], Rival]


class ByLedger:
    """Anchors that are asked for their answers to the test rows; champions, of these digests, answer anyway, and are
    made known."""

    def __init__(self, git: Git, root: Path, model: str, ask: Ask, champions: Collection[str] = ()) -> None:
        self.git, self.root, self.model, self.rival, self.champions = git, root, model, ask, frozenset(champions)
        self.known: dict[str, Rival] = {}

    def know(self, rivals: Iterable[Rival]) -> None:
        """Takes over what champions answered."""
        self.known |= {rival.against.digest: rival for rival in rivals if rival.against}

    def ask(self, name: str, demand: Demand) -> None:
        """Has the anchor of a gate answer ahead, if it is no champion; raises as `of`."""
        found = next(anchors(self.past, demand, name), None)
        if found is not None and found.digest not in {*self.champions, *self.known}:
            self.known[found.digest] = self._asked(found)

    @cached_property
    def past(self) -> tuple[Past, ...]:
        """The versions of the model by the ledger, the newest first; none where the repository has no remote."""
        return past(read(self.git), self.model) if self.git.remote in self.git.text("remote").split() else ()

    def of(self, name: str, demand: Demand) -> Rival | None:
        """As `Anchors.of`.

        Raises:
            Failure: the remote of Git or of DVC does not answer (69), or what they give is not what the ledger names.
        """
        found = next(anchors(self.past, demand, name), None)
        if found is None:
            return None
        rival = self.known.get(found.digest)
        if rival is None:
            rival = self.known[found.digest] = self._asked(found)
        if rival.against is None or rival.against.version == found.version:
            return rival
        return Rival(rival.score, Against(rival.against.environment, found.version, found.digest), rival.reason)

    def _asked(self, version: Past) -> Rival:
        with tempfile.TemporaryDirectory(prefix="mlops-spec-anchor-") as folder:
            package = Path(folder) / "package"
            fetch(self.git, self.root, Champion("", version.version, version.digest, version.commit), package)
            return self.rival(Fetched(package, Against("", version.version, version.digest)))
