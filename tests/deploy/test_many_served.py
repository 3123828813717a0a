"""Several models at one real server, from Git and the ledger to answers: rollouts, faults and restarts of one alone."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
from typing import TYPE_CHECKING

import pytest

from mlops_spec.targets.local.serve.wanted import read_status

from .conftest import _packages
from .many import actions, begun

if TYPE_CHECKING:
    from .conftest import World
    from .many import Many


@pytest.fixture
def many(world: World) -> Many:
    return begun(world)


def asked(world: World, model: str) -> tuple[str, float]:
    """The version of a model that answers, and its score."""
    url = f"http://127.0.0.1:{world.port}/v2/models/{model}/infer"
    body = json.dumps(_packages.ask()).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=60) as answer:
        said = json.loads(answer.read())
    return said["model_version"], said["outputs"][0]["data"][0]


def test_models_share_a_server_and_nothing_else(many: Many) -> None:
    many.release("churn", value=0.125)
    many.release("credit", value=0.5)
    assert actions(many.one_pass(memory=10**9)) == {"churn": "deployed", "credit": "deployed"}
    assert (asked(many.world, "churn"), asked(many.world, "credit")) == (("v1.0.0", 0.125), ("v1.0.0", 0.5))

    many.release("churn", version="v1.1.0", code="def load(folder): raise RuntimeError('no model here')")
    many.release("credit", version="v1.1.0", value=0.75)
    assert actions(many.one_pass(memory=10**9)) == {"churn": "failed", "credit": "deployed"}
    assert (asked(many.world, "churn"), asked(many.world, "credit")) == (("v1.0.0", 0.125), ("v1.1.0", 0.75))

    package = many.state / "packages" / many.digests["churn", "v1.0.0"].removeprefix("sha256:")
    (package / "model/value").write_text("0.9")
    before = many.world.server()
    many.world._store(many.world.root / "built/churn/v1.0.0")
    assert actions(many.one_pass(memory=10**9, remote=str(many.world.remote))) == {"churn": "healed", "credit": "none"}
    assert (many.world.server(), asked(many.world, "churn")) == (before, ("v1.0.0", 0.125))

    status = read_status(many.state / "server", "churn")
    assert status is not None
    (worker,) = [each for each in status.workers if each.pid is not None]
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    time.sleep(0.2)
    assert (asked(many.world, "churn"), asked(many.world, "credit")) == (("v1.0.0", 0.125), ("v1.1.0", 0.75))

    many.world.kill_server()
    assert "healed" in actions(many.one_pass(memory=10**9)).values()
    assert (asked(many.world, "churn"), asked(many.world, "credit")) == (("v1.0.0", 0.125), ("v1.1.0", 0.75))
