"""A few injections of `make test-faults` in every run, so that the sweep itself can't rot."""

from __future__ import annotations

import errno
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from .cases import Case, light
from .cases import after_a_run as cases_after_a_run
from .sweep import Injection, Sweep

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="the injector is compiled by gcc")


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    return {case.name: case for case in light(tmp_path_factory.mktemp("cases"))}


@pytest.fixture
def sweep(tmp_path: Path) -> Sweep:
    return Sweep(tmp_path)


def test_a_fault_is_injected_where_it_was_asked_for(sweep: Sweep, cases: dict[str, Case]) -> None:
    case = cases["render"]
    assert sweep.calls(case)["rename"] > 5
    with sweep.copy(case) as place:
        done = sweep.run(case, place, "rename", 1, errno.EIO)

    assert done.returncode not in {0, 70}
    assert "Input/output error" in done.stderr


@pytest.mark.quick("write")
@pytest.mark.parametrize("kind", ["open", "mkdir", "rename", "fsync", "write"])
def test_render_leaves_old_or_new(sweep: Sweep, cases: dict[str, Case], kind: str) -> None:
    case = cases["render"]

    assert sweep.problems(Injection(case, kind, 2, errno.ENOSPC, lasting=True), sweep.clean(case)) == []


def ends_read_only(sweep: Sweep, case: Case, code: int) -> str:
    with sweep.copy(case) as place:
        before = case.look(place)
        done = sweep.read_only(case, place)
        assert case.look(place) == before
    said = done.stdout + done.stderr
    assert (done.returncode, "Traceback" in said, "a bug" in said) == (code, False, False), said
    return said


@pytest.mark.parametrize(("name", "code"), [("lint", 1), ("lint --fix", 74), ("render", 74), ("plan", 74)])
def test_a_read_only_checkout_is_linted_and_everything_else_says_what_it_is(
    sweep: Sweep, cases: dict[str, Case], name: str, code: int
) -> None:
    said = ends_read_only(sweep, cases[name], code)

    assert ("mount it writable" in said) == (code == 74)


@pytest.fixture(scope="module")
def after_a_run(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    return {case.name: case for case in cases_after_a_run(tmp_path_factory.mktemp("trained"))}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gate", "bundle", "report", "run"])
def test_a_read_only_checkout_after_a_run_says_what_it_is(
    sweep: Sweep, after_a_run: dict[str, Case], name: str
) -> None:
    assert "mount it writable" in ends_read_only(sweep, after_a_run[name], 74)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gate", "bundle", "report"])
def test_what_is_written_elsewhere_needs_no_writable_checkout(
    sweep: Sweep, after_a_run: dict[str, Case], tmp_path: Path, name: str
) -> None:
    ends_read_only(sweep, replace(after_a_run[name], command=(name, "--out", str(tmp_path / "out"))), 0)
    assert (tmp_path / "out").exists()
