"""The types that no spec may trust: one list for the linter, for training and for whoever loads a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Their functions and classes import, open, call or run what a file tells them to.
_MODULES = frozenset(
    (
        *("builtins", "code", "codecs", "ctypes", "functools", "importlib", "io", "joblib", "logging", "marshal"),
        *("multiprocessing", "nt", "operator", "os", "pickle", "pip", "pkgutil", "platform", "posix", "pty", "pydoc"),
        *("runpy", "shutil", "site", "socket", "subprocess", "sys", "tempfile", "timeit", "types", "urllib"),
        *("webbrowser",),
    )
)


def code_running(names: Iterable[str]) -> list[str]:
    """Those that can do more than build an object, whoever trusts them.

    >>> code_running(["sklearn.tree._tree.Tree", "functools.partial"])
    ['functools.partial']
    """
    return [name for name in names if name.partition(".")[0] in _MODULES]
