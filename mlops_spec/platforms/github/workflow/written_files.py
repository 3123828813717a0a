"""Files into which a script writes secrets, and artifact paths that include a file."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

_INTO = r"(?:>>?\s*|\btee\s+(?:-a\s+)?)[\"']?(?P<file>[\w./-]+)[\"']?"
_WRITES = regex(rf"(?P<said>[^\n]*?){_INTO}(?:\s|$|;|&)")
_HEREDOC = regex(rf"{_INTO}[^\n]*<<-?\s*(?P<end>\w+)[^\n]*\n(?P<lines>.*?)\n\s*(?P=end)\b", re.DOTALL)
_HEREDOC_FIRST = regex(rf"<<-?\s*(?P<end>\w+)[ \t]*{_INTO}[^\n]*\n(?P<lines>.*?)\n\s*(?P=end)\b", re.DOTALL)
_DVC = regex(
    r"\bdvc[ ]+remote[ ]+modify\b(?P<said>[^\n]{0,300}\b(?:password|secret_access_key|account_key|sas_token|token"
    r"|connection_string|client_secret|access_key_id)\b[^\n]{0,300})"
)
_NOWHERE = regex(r"/dev/|^/(tmp|run|home|root|etc)/|^\d$")


def files_with(script: str, secret: set[str]) -> Iterator[str]:
    """The files of the workspace that a script writes one of these variables into, as it names them."""
    for found in _DVC.finditer(script):
        if _named(found["said"], secret) or "secrets." in found["said"]:
            yield ".dvc/config.local" if "--local" in found[0] else ".dvc/config"
    if not secret:
        return
    for found in [*_HEREDOC.finditer(script), *_HEREDOC_FIRST.finditer(script)]:
        if _named(found["lines"], secret) and not _NOWHERE.search(found["file"]):
            yield _bare(found["file"])
    for found in _WRITES.finditer(script):
        if _reveals_secret(found["said"], secret) and not _NOWHERE.search(found["file"]):
            yield _bare(found["file"])


def holds_file(paths: str, file: str) -> bool:
    """Whether the paths of an artifact, one a line, hold a file."""
    lines = [_bare(line.strip()) for line in paths.splitlines() if line.strip()]
    if any(_matches(line[1:].strip(), file) for line in lines if line.startswith("!")):
        return False
    return any(_matches(line, file) for line in lines if not line.startswith("!"))


def _matches(pattern: str, file: str) -> bool:
    folder = pattern.rstrip("/")
    return folder in ("", ".") or fnmatch(file, folder) or fnmatch(file, f"{folder}/*")


def _bare(path: str) -> str:
    return path.removeprefix("./")


def _reveals_secret(said: str, secret: set[str]) -> bool:
    if filled := re.search(r"\benvsubst\b(?P<rest>[^<>|]*)", said):
        return "$" not in filled["rest"] or _named(filled["rest"], secret)
    writes = re.search(r"\b(echo|printf|sed|jq|yq|cat|awk|env|printenv|set)\b", said)
    if re.search(r"^\s*(env|printenv)\b(?!.*=)", said):
        return True
    return bool(writes) and _named(said, secret) and not re.search(r"\b(sha\d+sum|openssl|gpg|age)\b", said)


def _named(said: str, secret: set[str]) -> bool:
    return bool(secret & set(re.findall(r"(?:\$\{?|\benv\.)(\w+)", said)))
