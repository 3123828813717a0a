"""Regular expressions that are compiled when they are first asked.

Modules hold over five hundred, a command asks a few of them, and to compile them all took a seventh of the time of a
lint that finds nothing in its cache.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, AnyStr, cast

if TYPE_CHECKING:
    from typing import Any

_METHODS = ("match", "fullmatch", "search", "finditer", "findall", "split", "sub", "subn")


def regex(expression: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Stands for `re.compile(expression, flags)`: a fault in it is raised where it is first asked, as `re.error`."""
    return cast("re.Pattern[AnyStr]", Uncompiled(expression, flags))


class Uncompiled:
    """A pattern by its text; once compiled, its methods are the pattern's own, so that a call costs what it did."""

    def __init__(self, expression: Any, flags: int) -> None:
        self._given = (expression, flags)

    def __getattr__(self, name: str) -> Any:
        """Compiles; reached only for what `__init__` has not set and no earlier call has."""
        compiled = re.compile(*self._given)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)
