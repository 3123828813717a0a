"""What a stage runs can be seen by reading it.

A stage runs again when its code changes: `src`, the scripts that its command names, and what they import. A module
whose name is made up while it runs, a changed `sys.path` or a program that hides its files can't be followed, so that
editing them would retrain nothing. This asks only where the repository has code outside `src` that no stage is known
to run.

Bad:

    train:
      run: python train.py
      predictor: example.predict:load
    # train.py
    import importlib
    import os
    importlib.import_module(os.environ["RECIPE"]).main()
    # recipes/boosted.py
    def main():
        pass

Good:

    train:
      run: python train.py
      reads: [recipes]
      predictor: example.predict:load
    # train.py
    import importlib
    import os
    importlib.import_module(os.environ["RECIPE"]).main()
    # recipes/boosted.py
    def main():
        pass

Fix: name the files or their folder in the stage's `reads`, or import them by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.repository.code import code_of
from mlops_spec.spec.stages import address_of, overlap, user_stages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS814"
NAME = "unseen-code"
SEVERITY: Severity = "warning"

_SUFFIXES = (".py", ".sh", ".R", ".r", ".jl", ".ipynb")
_NO_STAGE = ("tests", "test", "docs", "build", "dist", ".github", ".mlops", "deploy", "node_modules", "src")
_SETUP = ("setup.py", "conftest.py", "noxfile.py", "tasks.py")


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    stages = {name: stage.reads for name, stage in user_stages(spec).items()} | {"train": spec.train.reads}
    code = code_of(spec, repository, repository.up)
    named = [path for reads in stages.values() for path in reads]
    named += [path for each in code.values() for path in each.paths]
    left = [path for path in repository.sizes if _may_be_run(path) and not any(overlap(path, each) for each in named)]
    if not left:
        return
    for name in stages:
        address = ("train", "run") if name == "train" else (*address_of(spec, name), "run")
        hint = f"name what it runs, such as `{left[0]}`, in `reads`"
        if not code[name].files:
            yield Finding(address, f"which files `{name}` runs can't be seen", hint)
        for each in code[name].unseen[:1]:
            yield Finding(address, f"what {each.path}:{each.line} imports can't be seen: `{each.code[:80]}`", hint)


def _may_be_run(path: str) -> bool:
    return path.endswith(_SUFFIXES) and path.split("/", maxsplit=1)[0] not in _NO_STAGE and path not in _SETUP
