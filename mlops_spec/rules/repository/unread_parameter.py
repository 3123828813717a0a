"""A parameter is read by the code.

A parameter that nothing reads looks as if it did something: people tune it, reviews discuss it, and every change of it
trains the same model again.

Bad:

    train:
      run: python -m example.train
      params: {depth: 3, learning_rat: 0.1}
      predictor: example.predict:load
    # src/example/train.py
    def fit(rows, params):
        return tree(rows, depth=params["depth"], rate=params["learning_rate"])

Good:

    train:
      run: python -m example.train
      params: {depth: 3, learning_rate: 0.1}
      predictor: example.predict:load
    # src/example/train.py
    def fit(rows, params):
        return tree(rows, depth=params["depth"], rate=params["learning_rate"])

Fix: correct the name, or remove it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import near
from mlops_spec.document.finding import Finding
from mlops_spec.repository.code import code_of
from mlops_spec.repository.params import handed_on, mentioned, picked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS806"
NAME = "unread-parameter"
SEVERITY: Severity = "warning"


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    if not spec.train.params:
        return
    files = code_of(spec, repository, repository.up)["train"].files
    if not files or any(_reads_by_script(repository, path) for path in files):
        return  # what is not there reads nothing yet
    outside = [repository.python(path) for path in files if path.endswith(".py")]
    read: set[str] = set()
    taken: set[str] = set()
    for code in (*repository.code(), *filter(None, outside)):
        if handed_on(code.tree):
            return  # as a whole, to who knows what
        read |= mentioned(code.tree)
        taken |= picked(code.tree)
    if read and not taken & {"params", *spec.train.params}:
        message = "no code in `src` reads `train.params`, so a change of them changes nothing"
        yield Finding(("train", "params"), message, "read them from `model.yaml`, or delete them", at_key=True)
        return
    for name in spec.train.params if read else ():
        if name not in read:
            message = f"no code in `src` reads the parameter `{name}`"
            meant = near(name, read)
            hint = f"did you mean `{meant}`?" if meant else "remove it"
            yield Finding(("train", "params", name), message, hint, at_key=True)


def _reads_by_script(repository: Repository, path: str) -> bool:
    """Whether a program in another language, such as the shell's, seems to hand them on."""
    return not path.endswith((".py", ".yaml", ".yml")) and "params" in (repository.text(path) or "")
