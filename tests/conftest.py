"""What all tests share."""

from __future__ import annotations

import signal

import pytest
from hypothesis import settings


def pytest_configure() -> None:
    """A job in the background ignores an interrupt, one under nohup a hang-up; what tests start would inherit that."""
    for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)
    settings.register_profile("unhurried", deadline=None)  # how long an example takes says what else the machine does
    settings.load_profile("unhurried")


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of a test's parameters, those that `quick` does not name are left to the slow suite."""
    named, known = set[tuple[str, str]](), set[tuple[str, str]]()
    for item in items:
        quick = item.get_closest_marker("quick")
        if quick is not None and isinstance(item, pytest.Function):
            test = item.nodeid.partition("[")[0]
            named |= {(test, name) for name in quick.args}
            known.add((test, item.callspec.id))
            if item.callspec.id not in quick.args:
                item.add_marker("slow")
    if named - known and not any("::" in argument for argument in config.args):
        raise pytest.UsageError(f"quick names parameters that are not there: {sorted(named - known)}")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the expected files instead of comparing with them")


@pytest.fixture(scope="session")
def update(pytestconfig: pytest.Config) -> bool:
    """Whether expected files are to be rewritten."""
    return bool(pytestconfig.getoption("--update"))
