"""Settings of the linter in a repository: the table `[tool.mlops-spec.lint]` of its `pyproject.toml`.

    [tool.mlops-spec.lint]
    select = ["MS2", "MS305"]        # these codes, or all that start so; without it, all
    ignore = ["MS308"]               # but not these
    severity = { MS404 = "error" }   # and some weigh more or less than their page says

What leaves no spec to work with (errors of MS0) can be neither left out nor made lighter.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from mlops_spec.document.diagnostic import Severity, did_you_mean, is_whole, listed
from mlops_spec.errors import Exit, Failure
from mlops_spec.lint.cache.clean import may_set
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from mlops_spec.document.diagnostic import Diagnostic

FILE = "pyproject.toml"
_TABLE = ("tool", "mlops-spec", "lint")
_CODES = 'a list of codes or their beginnings, such as `["MS2", "MS305"]`'
_HEADER = regex(r"\s*\[([^\[\]]+)\]")


class Settings(NamedTuple):
    """Beginnings of codes that count, beginnings of codes that don't, and weights other than the pages'."""

    select: tuple[str, ...] = ("MS",)
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = MappingProxyType({})

    def kept(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The findings that count, each with its weight."""
        return [self._weighed(each) for each in found if is_whole(each.kind) or self._counts(each.kind.code)]

    def _counts(self, code: str) -> bool:
        return code.startswith(self.select) and not code.startswith(self.ignore)

    def _weighed(self, found: Diagnostic) -> Diagnostic:
        severity = self.severity.get(found.kind.code, found.kind.severity)
        return found if is_whole(found.kind) else found._replace(kind=found.kind._replace(severity=severity))


def read(folder: Path) -> Settings:
    """The settings of a folder's `pyproject.toml`; without the file or the table, those that keep everything.

    Raises:
        Failure: the file can't be read, is no TOML, or the table says something that it can't.
    """
    file = folder / FILE
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise Failure(f"{file}: can't be read: {error.strerror}", exit_code=Exit.CONFIG) from error
    return parse(str(file), content) if may_set(content) else Settings()


def parse(name: str, content: bytes) -> Settings:
    """The settings in a `pyproject.toml`; Failure as `read` has it."""
    import tomllib  # noqa: PLC0415 - 4 ms that a repository without settings need not wait for

    try:
        text = content.decode()
        table: Any = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Failure(f"{name}: not TOML: {error}", exit_code=Exit.CONFIG) from error
    for step in _TABLE:
        table = table.get(step, {}) if isinstance(table, dict) else {}
    return _Reader(name, text).settings(table)


def refuse_unknown(settings: Settings, known: Collection[str], name: str = FILE) -> None:
    """Raises Failure for a setting about a code that no rule has, or begins with."""
    for code in (*settings.select, *settings.ignore, *settings.severity):
        if not any(each.startswith(code) for each in known):
            raise Failure(
                f"{name}: {'.'.join(_TABLE)}: no rule's code is `{code}` or begins so",
                exit_code=Exit.CONFIG,
                remedy=did_you_mean(code, known) or "`mlops-spec explain` lists them",
            )


class _Reader(NamedTuple):
    name: str
    text: str

    def settings(self, table: Any) -> Settings:
        if not isinstance(table, dict):
            raise self.wrong((), "is a table", "select, ignore and severity")
        for key in table:
            if key not in ("select", "ignore", "severity"):
                raise self.wrong((key,), "is no setting", did_you_mean(key, ("select", "ignore", "severity")))
        select, ignore = (
            self.codes(key, table.get(key, default)) for key, default in (("select", ["MS"]), ("ignore", []))
        )
        return Settings(select, ignore, self.severities(table.get("severity", {})))

    def codes(self, key: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(_is_code(each) for each in value):
            raise self.wrong((key,), "can't be this", f"write {_CODES}")
        if key == "ignore" and (whole := [code for code in value if "MS0".startswith(code) or code.startswith("MS00")]):
            raise self.wrong((key,), f"can't hold {listed(whole)}", "text and shape (MS0) always count")
        return tuple(value)

    def severities(self, value: Any) -> Mapping[str, Severity]:
        allowed = get_args(Severity)
        if not isinstance(value, dict):
            raise self.wrong(("severity",), "is a table", 'write `severity = { MS404 = "error" }`')
        for code, severity in value.items():
            if not re.fullmatch(r"MS[0-9]{3}", code):
                raise self.wrong(("severity", code), "is no code", 'write one whole code, such as `MS404 = "error"`')
            if severity not in allowed:
                raise self.wrong(("severity", code), "can't be this", f"write {listed(map(repr, allowed), 'or')}")
        return value

    def wrong(self, keys: tuple[str, ...], what: str, right: str) -> Failure:
        place = f"{self.name}:{self.line(keys)}: {'.'.join((*_TABLE, *keys))}"
        return Failure(f"{place} {what}", exit_code=Exit.CONFIG, remedy=right)

    def line(self, keys: tuple[str, ...]) -> int:
        """The line, from 1, of the innermost of the keys that begins a line of our tables, or of the table's header."""
        table, line_number = "", 1
        for number, line in enumerate(self.text.splitlines(), start=1):
            if header := _HEADER.match(line):
                table = header[1].strip().replace('"', "")
            if not table.startswith(".".join(_TABLE[:2])):
                continue
            if header or any(re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", line) for key in keys):
                line_number = number
        return line_number


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"MS[0-9]{0,3}", value) is not None
