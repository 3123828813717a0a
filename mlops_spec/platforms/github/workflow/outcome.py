"""What comes of a comparison in a script: whether the job goes on where it holds, or fails."""

from __future__ import annotations

import re

from mlops_spec.regex import regex

_NEAR = 300  # characters around a comparison that say what it decides
_ENDS = regex(r"\b(exit|sys\.exit\(|return)\s*\(?[1-9\"']|\braise\b|SystemExit")


def passing(piece: str, start: int, script: str) -> bool | None:
    """Whether a model passes where a comparison, `piece` of a script, holds; False: it is stopped; None: not plain."""
    line_start = script.rfind("\n", 0, start) + 1
    before = script[max(line_start, start - _NEAR) : start]
    behind = script[start + len(piece) :][: 10 * _NEAR]
    line = behind.partition("\n")[0][:_NEAR]
    if re.search(r"\bnot\b|\|\s*not", before + line) or "?" in line:
        return None
    if re.search(r"\bassert\s", before) or (
        re.search(r"\bjq\b", before) and re.search(r"-\w*e\b|--exit-status", before + line)
    ):
        return None if re.search(r"\bif\b|select|error", before) else True
    if re.search(r"\bexit\s*\(?\s*!\s*\(?", before):
        return _outcome_of_if(before, behind, line) if re.search(r"^\s*(el)?if\b", before) else True
    if re.search(r"\bsys\.exit\(\s*(int\()?[\w.\"'\[\]]*$", before) or re.search(
        r"\bawk\b.*\bexit\s*\(?\s*[\w$.]*$", before
    ):
        return False
    return _outcome_of_if(before, behind, line)


def _outcome_of_if(before: str, behind: str, line: str) -> bool | None:
    """What an `if` or a chain does where a comparison holds: False where it then ends as failed."""
    negated = bool(re.search(r"\bif\s+!|^\s*!\s", before)) != bool(re.search(r"-eq\s+0|==\s*0|-ne\s+1", line))
    if re.search(r"&&\s*\{?[^|&]*\bexit\s+[1-9]", line):
        return negated
    if re.search(r"\|\|\s*\{?[^|&]*(\bexit\s+[1-9]|\bfalse\b)", line):
        return not negated
    if not re.search(r"\b(if|elif)\b", before):
        return None
    parts = re.split(r"(?:^[ \t]*|;[ \t]*)(else|elif|fi)\b", behind, maxsplit=2, flags=re.MULTILINE)
    if _ENDS.search(parts[0]):
        return negated
    decided_else = len(parts) > 4 and "then" in parts[0] and parts[1] == "else" and _ENDS.search(parts[2])
    return not negated if decided_else else None
