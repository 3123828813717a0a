"""Anchors by the ledger: each version is fetched and asked once, and a champion is not asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_spec.gates.anchors import ByLedger
from mlops_spec.gates.case import Rival
from mlops_spec.git import Git
from mlops_spec.integrity.anchor import Past, PastGate
from mlops_spec.integrity.shapes import Bound
from mlops_spec.spec.gates.demand import Demand
from mlops_spec.spec.gates.result import Against

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

DEMAND = Demand(id="roc_auc", kind="metric", metric="roc_auc", least=0.7, margin=0.01, better=True)
GATE = PastGate("roc_auc", "pass", 0.8, 0.78, 0.82, Bound(op=">=", value=0.7), None, None)
RIVAL = Rival(np.array([0.1, 0.9]))


def asking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, champions: tuple[str, ...] = ()
) -> tuple[ByLedger, list[str]]:
    fetched: list[str] = []

    def asked(_: ByLedger, version: Past) -> Rival:
        fetched.append(version.version)
        return Rival(np.array([0.1, 0.9]), Against("", version.version, version.digest))

    monkeypatch.setattr(ByLedger, "past", (Past("v1.1.0", "d2", "c", []), Past("v1.0.0", "d1", "c", [GATE])))
    monkeypatch.setattr(ByLedger, "_asked", asked)
    return ByLedger(Git(tmp_path), tmp_path, "credit-default", lambda _: RIVAL, champions), fetched


def test_a_version_is_fetched_once_however_many_gates_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    anchors, fetched = asking(tmp_path, monkeypatch)
    anchors.ask("roc_auc", DEMAND)
    found = [anchors.of("roc_auc", DEMAND) for _ in range(2)]

    assert fetched == ["v1.0.0"]
    assert [each and each.against and each.against.version for each in found] == ["v1.0.0", "v1.0.0"]
    assert anchors.of("brier_score", DEMAND) is None


def test_a_champion_that_is_the_anchor_is_not_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    anchors, fetched = asking(tmp_path, monkeypatch, ("d1",))
    live: Any = Rival(np.array([0.2, 0.8]), Against("production", "v1.0.0", "d1"))
    anchors.ask("roc_auc", DEMAND)
    anchors.know([live])

    assert anchors.of("roc_auc", DEMAND) is live
    assert fetched == []


def test_a_repository_without_a_remote_has_none(tmp_path: Path) -> None:
    git = Git(tmp_path)
    git.run("init", "--quiet")

    assert ByLedger(git, tmp_path, "credit-default", lambda _: RIVAL).of("roc_auc", DEMAND) is None
