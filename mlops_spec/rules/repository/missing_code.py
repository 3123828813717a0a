"""The code that a stage runs is in the repository.

A misspelt module is found when the job has installed everything and pulled the data; here it is found at once.

Bad:

    train:
      run: python -m example.trian
      predictor: example.predict:load

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load

Fix: correct the name, or commit the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import did_you_mean, near
from mlops_spec.document.finding import Finding
from mlops_spec.repository.command import python_runs
from mlops_spec.spec.stages import commands, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS803"
NAME = "missing-code"
SEVERITY: Severity = "error"


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    for address, command in commands(spec):
        module, script = python_runs(words(command))
        if script and not repository.is_file(script):
            scripts = [path for path in repository.sizes if path.endswith(".py")]
            yield Finding(address, f"Git has no `{script}`", did_you_mean(script, scripts))
        elif module and not _is_found(module, repository) and _should_be_ours(module, repository):
            yield Finding(address, f"`src` has no module `{module}`", did_you_mean(module, repository.modules))


def _is_found(module: str, repository: Repository) -> bool:
    """In `src`, or beside the spec, where `python -m` looks first."""
    base = module.replace(".", "/")
    return bool(repository.module(module)) or any(
        path in repository.sizes for path in (f"{base}.py", f"{base}/__init__.py")
    )


def _should_be_ours(module: str, repository: Repository) -> bool:
    packages = {name.partition(".")[0] for name in repository.modules}
    package = module.partition(".")[0]
    return package in packages or bool(packages and near(package, packages))
