"""A host that changes what it serves, or the time: said, mended, and nothing false on record."""

from __future__ import annotations

import os
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from mlops_spec import ledger
from mlops_spec.deploy import store as packages
from mlops_spec.deploy.clock import Clock
from mlops_spec.deploy.rollout import Rolled
from mlops_spec.deploy.store import Store
from mlops_spec.errors import Exit, Failure
from mlops_spec.package.on_disk import verify
from mlops_spec.targets.local import target

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import World

HOUR = 3600.0


def touched(path: Path, text: str) -> None:
    """Another content of the same size, with the times set back."""
    before = path.stat()
    assert len(text) == before.st_size
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_package_that_is_changed_while_it_serves_is_fetched_again(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    found = world.release("v1.0.0", value=0.125)
    world.intend("staging", "v1.0.0")
    world.one_pass()
    before = world.server()
    touched(world.state / "packages" / found.removeprefix("sha256:") / "model/value", "0.999")

    done = world.one_pass()

    assert (done.action, world.server() == before) == ("healed", False)
    assert "model/value is not the file of the manifest" in done.reason
    assert "v1.0.0 was changed on this host" in capsys.readouterr().out
    assert world.predict() == ("v1.0.0", 0.125)
    assert world.one_pass().action == "none"


SLOW = """
import time
import numpy
def load(folder):
    value = float((folder / "value").read_text())
    def predict(frame):
        time.sleep(2 * value)
        return numpy.full(len(frame), value)
    return predict
"""


def test_what_a_server_has_begun_it_answers_before_it_ends(world: World) -> None:
    world.release("v1.0.0", value=0.75, code=SLOW)
    world.intend("staging", "v1.0.0")
    world.one_pass()
    with ThreadPoolExecutor(1) as beside:
        asked = beside.submit(world.predict)
        time.sleep(0.4)
        target.Local(world.state, "demo", f"127.0.0.1:{world.port}").stop()
        assert (asked.result(), world.server()) == (("v1.0.0", 0.75), None)


def test_a_server_that_hangs_is_killed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "_ANSWER_SECONDS", 0.5)
    found = world.release("v1.0.0", value=0.125)
    world.intend("staging", "v1.0.0")
    world.one_pass()
    before = world.server()
    assert before is not None
    os.kill(before, signal.SIGSTOP)
    touched(world.state / "packages" / found.removeprefix("sha256:") / "model/value", "0.999")
    begun = time.monotonic()

    assert world.one_pass().action == "healed"
    assert world.server() not in {None, before}
    assert time.monotonic() - begun < target._DRAIN_SECONDS


@pytest.fixture
def kept(world: World) -> tuple[Store, str, Path]:
    found = world.release("v1.0.0", value=0.125)
    store = Store(world.state / "packages")
    return store, found, store.path(found)


def test_what_is_as_it_was_is_not_hashed_again_within_an_hour(
    kept: tuple[Store, str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, found, path = kept
    hashed: list[Path] = []
    monkeypatch.setattr(packages, "verify", lambda folder, digest: hashed.append(folder) or verify(folder, digest))

    assert [store.changed(found) for _ in range(3)] == [None] * 3
    assert hashed == [path]

    monkeypatch.setattr(packages, "_HASHED_SECONDS", -1.0)
    assert store.changed(found) is None
    assert hashed == [path, path]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda path: touched(path / "model/value", "0.999"), "model/value is not the file"),
        (lambda path: (path / "code/more.py").write_text(""), "code/more.py is not in the manifest"),
        (lambda path: (path / "model/value").unlink(), "model/value is in the manifest but not in the package"),
        (lambda path: (path / "code/served.py").chmod(0o666), "others may change it"),
        (shutil.rmtree, "is gone"),
    ],
)
def test_every_change_is_seen(kept: tuple[Store, str, Path], change: Callable[[Path], None], said: str) -> None:
    store, found, path = kept
    assert store.changed(found) is None
    change(path)

    assert said in (store.changed(found) or "")


def test_a_remote_that_is_away_leaves_the_changed_package_to_be_looked_into(kept: tuple[Store, str, Path]) -> None:
    store, found, path = kept
    touched(path / "model/value", "0.999")

    def away(_: Path) -> None:
        raise Failure("away", exit_code=Exit.UNAVAILABLE)

    with pytest.raises(Failure, match="away"):
        store.ensure(found, away)
    assert (path / "model/value").read_text() == "0.999"
    assert [entry.name for entry in store.folder.iterdir()] == [path.name]


def test_a_clock_behind_the_ledger_begins_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.release("v1.0.0")
    world.intend("staging", "v1.0.0")
    monkeypatch.setattr("mlops_spec.deploy.one_model.roll_out", lambda *_, **__: pytest.fail("it began"))
    true = time.time
    monkeypatch.setattr(time, "time", lambda: true() - HOUR)

    with pytest.raises(Failure, match="this machine's clock says") as caught:
        world.one_pass()

    assert (caught.value.exit_code, "set this clock" in caught.value.remedy) == (Exit.CONFIG, True)
    assert [record.event for record in ledger.read(world.git)] == ["register", "deploy.intent"]


@pytest.mark.parametrize(("jump", "said"), [(HOUR, "was set 60 min ahead"), (-HOUR, "this machine's clock says")])
def test_a_clock_that_jumps_during_a_pass_puts_nothing_on_record(
    world: World, monkeypatch: pytest.MonkeyPatch, jump: float, said: str
) -> None:
    world.release("v1.0.0")
    world.intend("staging", "v1.0.0")
    true, rolled = time.time, list[str]()

    def jumps(*_: object, **__: object) -> Rolled:
        rolled.append("v1.0.0")
        monkeypatch.setattr(time, "time", lambda: true() + jump)
        return Rolled("succeeded")

    monkeypatch.setattr("mlops_spec.deploy.one_model.roll_out", jumps)
    with pytest.raises(Failure, match=said):
        world.one_pass()
    assert [record.event for record in ledger.read(world.git)] == ["register", "deploy.intent"]

    monkeypatch.setattr(time, "time", true)
    assert world.one_pass().action == "deployed"  # what was decided, not decided anew
    assert (rolled, world.outcome().result) == (["v1.0.0"], "succeeded")


def test_a_clock_that_was_set_back_since_the_pass_began(world: World) -> None:
    """The ledger can't tell where its last record is old."""
    (record,) = (world.release("v1.0.0"), ledger.read(world.git))[1]
    slow = Clock(wall=time.time() + HOUR)
    with pytest.raises(Failure, match="was set 60 min back"):
        slow.hold([record])
    Clock().hold([record])
