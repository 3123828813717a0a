"""The needs of an agent's host, checked before the agent claims an environment that another could serve."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.engines.set_up import is_set_up
from mlops_spec.errors import Exit, Failure
from mlops_spec.spec.environments import Batch
from mlops_spec.system.extras import OF_EXTRA
from mlops_spec.system.faults import unanswered

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.engines.packages import Packages
    from mlops_spec.spec.environments import Environment
    from mlops_spec.targets.target import Target


def check_installed(environment: Environment) -> None:
    """Raises Failure, which says what to install, where what fetches, loads or serves a package is missing (78)."""
    extra = "run" if isinstance(environment, Batch) else "run,serve"
    needed = dict.fromkeys((*OF_EXTRA["run"], *OF_EXTRA[extra]))
    if lacking := [name for name in needed if find_spec(name) is None]:
        does = "scores by them" if isinstance(environment, Batch) else "serves them"
        raise Failure(
            f"an agent fetches and loads packages and {does}, and this host lacks {', '.join(lacking)}",
            exit_code=Exit.CONFIG,
            remedy=f"pip install 'mlops-spec[{extra}]'",
        )


def checkout_of(repository: str) -> Path | None:
    """The checkout that an agent's repository is, where it is a folder with one: a relative remote lies beside it."""
    folder = Path(repository).expanduser()
    return folder if is_set_up(folder) else None


def prove(target: Target, packages: Packages, commit: str, package: Callable[[], object]) -> None:
    """Raises Failure where this host has not the address, knows no remote, or the remote does not give the package.

    What is wrong with the package itself is no reason: who has the environment puts that on record.
    """
    target.check()
    packages.check(commit)
    try:
        package()
    except Failure as failure:
        if unanswered(failure):
            raise
