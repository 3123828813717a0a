"""The promises of the port between the agent and a place that serves: every target keeps them, ours of tests too."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.package.on_disk import digest
from mlops_spec.spec.environments import Batch, Server
from mlops_spec.targets.batch.target import Scorer
from mlops_spec.targets.live import Served
from mlops_spec.targets.registry import TARGETS
from mlops_spec.targets.target import Host, Refused
from tests.memory_target import InMemory

from .conftest import MODEL, _packages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.spec.environments import Environment
    from mlops_spec.targets.target import Target


@pytest.fixture(params=[*TARGETS.values(), InMemory], ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest) -> type[Target]:
    found: type[Target] = request.param
    return found


@pytest.fixture
def environment(kind: type[Target], tmp_path: Path) -> Environment:
    if kind is Scorer:
        places = {"input": f"{tmp_path}/in/{{date}}/*.parquet", "output": f"{tmp_path}/out/{{date}}"}
        return Batch(target="batch", after="merge", **places)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return Server(after="merge", listen=f"127.0.0.1:{probe.getsockname()[1]}")


@pytest.fixture
def target(kind: type[Target], environment: Environment, tmp_path: Path) -> Iterator[Target]:
    state = tmp_path / "state"
    state.mkdir()
    yield kind.on(Host(state, MODEL), environment)
    kind.clear(state)


def package(folder: Path, version: str, **content: Any) -> Served:
    made = _packages.make_package(folder / version, model=MODEL, **content)
    return Served(version, digest(made), str(made))


def names(target: Target) -> tuple[str | None, str | None]:
    """Which version is live, and which is tried."""
    live = target.current()
    assert {each.state for each in (live.stable, live.candidate) if each is not None} <= {"ready"}
    return (live.stable and live.stable.version), (live.candidate and live.candidate.version)


def test_before_the_first_version_there_is_nothing(
    kind: type[Target], target: Target, environment: Environment
) -> None:
    target.check()
    target.finish()
    target.abort()

    assert (names(target), target.kept()) == ((None, None), set())
    assert target.current().unseen
    assert kind.heard(environment, MODEL).unseen


def test_versions_follow_one_another(
    kind: type[Target], target: Target, environment: Environment, tmp_path: Path
) -> None:
    one, two, three = (package(tmp_path, f"v1.{number}.0", value=number / 8) for number in range(3))

    target.stage(one)
    assert (names(target), target.current().weight) == ((None, "v1.0.0"), 0)
    target.finish()
    assert (names(target), kind.heard(environment, MODEL).digest) == (("v1.0.0", None), one.digest)

    target.stage(two)
    assert (names(target), target.current().weight) == (("v1.0.0", "v1.1.0"), 0)
    target.shift(10, 60)
    if kind is not Scorer:  # rows of one delivery are not shared
        assert target.current().weight == 10
    assert names(target) == ("v1.0.0", "v1.1.0")
    target.mirror(60)
    assert names(target) == ("v1.0.0", "v1.1.0")
    target.abort()
    assert (names(target), target.kept()) == (("v1.0.0", None), {one.digest})

    target.stage(three)
    target.finish()
    target.finish()
    assert (names(target), target.kept()) == (("v1.2.0", None), {one.digest, three.digest})
    target.stage(three)
    assert names(target) == ("v1.2.0", None)


def test_what_can_not_be_loaded_leaves_what_was_live(target: Target, tmp_path: Path) -> None:
    target.stage(package(tmp_path, "v1.0.0"))
    target.finish()

    with pytest.raises(Refused, match=r"v1\.1\.0.*no model here"):
        target.stage(package(tmp_path, "v1.1.0", code="def load(folder): raise RuntimeError('no model here')"))

    assert names(target) == ("v1.0.0", None)


def test_what_ends_comes_back_with_what_it_served(kind: type[Target], target: Target, tmp_path: Path) -> None:
    target.stage(package(tmp_path, "v1.0.0"))
    target.finish()
    assert not target.start()

    kind.clear(tmp_path / "state")
    if kind is not Scorer:  # nothing of it runs between two days
        assert target.current().unseen
        assert target.start()
    assert names(target) == ("v1.0.0", None)
    target.restart()
    target.prune(3600)
    assert (names(target), target.current().unseen) == (("v1.0.0", None), "")


@pytest.fixture
def neighbours(kind: type[Target], environment: Environment, tmp_path: Path) -> Iterator[tuple[Target, Target]]:
    """Two models of one repository at one place."""
    state = tmp_path / "state"
    state.mkdir()
    yield tuple(kind.on(Host(state, model, alone=False), environment) for model in ("credit", MODEL))  # type: ignore[misc]
    kind.clear(state)


def test_each_of_several_models_has_versions_of_its_own(
    kind: type[Target], neighbours: tuple[Target, Target], environment: Environment, tmp_path: Path
) -> None:
    credit, demo = neighbours
    one, two = package(tmp_path, "v1.0.0"), package(tmp_path, "v2.0.0", value=0.5)
    credit.stage(one)
    credit.finish()
    demo.stage(two)
    assert (names(credit), names(demo)) == (("v1.0.0", None), (None, "v2.0.0"))
    demo.finish()

    assert (names(credit), names(demo)) == (("v1.0.0", None), ("v2.0.0", None))
    assert [(each.name, each.digests) for each in kind.models(tmp_path / "state")] == [
        ("credit", {one.digest}),
        (MODEL, {two.digest}),
    ]
    demo.restart()
    credit.retire()
    assert (credit.kept(), names(demo)) == (set(), ("v2.0.0", None))
    assert kind.heard(environment, MODEL).digest == two.digest


def test_the_only_model_becomes_one_of_several_and_goes_on(
    kind: type[Target], target: Target, environment: Environment, tmp_path: Path
) -> None:
    one = package(tmp_path, "v1.0.0")
    target.stage(one)
    target.finish()

    kind.rename(tmp_path / "state", "", MODEL)
    (kept,) = kind.models(tmp_path / "state")
    of_several = kind.on(Host(tmp_path / "state", MODEL, alone=False), environment)
    of_several.stage(one)

    assert (kept.name, kept.model, kept.digests) == (MODEL, MODEL, {one.digest})
    assert names(of_several) == ("v1.0.0", None)
    kind.rename(tmp_path / "state", MODEL, "")
    target.stage(one)
    assert names(target) == ("v1.0.0", None)
