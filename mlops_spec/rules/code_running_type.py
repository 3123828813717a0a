"""A trusted type builds an object and does nothing else.

skops loads the types that it knows to be harmless, and those that `trusted_types` adds. A type that can import, open or
run something makes the file as dangerous as a pickle.

Bad:

    train:
      run: python -m example.train
      trusted_types: [builtins.eval]

Good:

    train:
      run: python -m example.train
      trusted_types: [sklearn.tree._tree.Tree]

Fix: take it out, and train the model without what needs it; `skops.io.get_untrusted_types` lists what a file needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rule import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS302"
NAME = "code-running-type"
SEVERITY: Severity = "error"


# Their functions and classes import, open, call or run what a file tells them to.
_MODULES = frozenset(
    (
        *("builtins", "code", "codecs", "ctypes", "functools", "importlib", "io", "joblib", "logging", "marshal"),
        *("multiprocessing", "nt", "operator", "os", "pickle", "pip", "pkgutil", "platform", "posix", "pty", "pydoc"),
        *("runpy", "shutil", "site", "socket", "subprocess", "sys", "tempfile", "timeit", "types", "urllib"),
        *("webbrowser",),
    )
)


def check(spec: Spec) -> Iterator[Finding]:
    for index, name in enumerate(spec.train.trusted_types):
        if name.partition(".")[0] in _MODULES:
            yield Finding(
                ("train", "trusted_types", index), f"`{name}` can do more than build an object", "take it out"
            )
