"""Gates whose script can't fail: they only print, or look whether something is there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.bounds import is_higher, is_lower
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Step

_GATE = regex(
    r"\bgates?\b|threshold|quality|judge|acceptance|good enough|minimum|min[ _-]?(auc|accuracy|f1)|is it better|regress"
)
_CHECK = regex(
    r"\b(check|verify|validate|assert|enforce|require|compare)\w*\b.*\b(metrics?|auc|accuracy|f1|model|score|performance|quality)\b"
)
_SHOWS = frozenset(
    (
        "echo printf cat ls mkdir cp mv cd export set tee head tail sleep true : cut tr sed sort column wc date touch"
        " source . local declare shopt tree"
    ).split()
)
_DECIDES = regex(r"[<>]=?|[!=]=|\b(test|error|all|any|select|halt_error|index|contains|inside|startswith)\b")
_FAILS = regex(
    r"\bexit\s+\"?[1-9$]|\bexit\s*$|\breturn\s+[1-9$]|\bfalse\b|GITHUB_(OUTPUT|ENV)|sys\.exit|\braise\b|\bassert\b",
    re.MULTILINE,
)
_IF = regex(r"^[ \t]*if\s(?P<asked>[^\n]{0,500}?)(;\s*then|\n\s*then)", re.MULTILINE)


def says_nothing(step: Step) -> str:
    """Why a step that is called a gate passes whatever a metric is; empty where it can fail, or is none."""
    named = f"{step.data.get('name', '')} {step.data.get('id', '')}".lower()
    gate = bool(_GATE.search(named) or _CHECK.search(named))
    if not step.run or "python" in str(step.data.get("shell", "")):
        return ""
    if why := _why_if_is_silent(step.run, gate=gate):
        return why
    if not gate or not step.commands:
        return ""
    whys = [_why_always_yes(command, step.run) for command in step.commands]
    return next((why for why in whys if why != "shows"), "this shows numbers, and fails for none") if all(whys) else ""


_CODE = regex(
    r"python[\d.]*(?: -)?\s+<<-?\s*['\"]?(?P<end>\w{1,40})\b['\"]?[^\n]{0,200}\n(?P<lines>.*?)\n\s*(?P=end)\b"
    r"|python[\d.]* -c\s+(?P<quote>['\"])(?P<code>.*?)(?P=quote)",
    re.DOTALL,
)
#: What says that data or a model are as they should be, and does not raise where they are not.
_FOUND = regex(
    r"[\w\])]\.(success|is_valid|valid|conforms|passed|all_passed|has_failed)\b|\[[\"'](success|passed|is_valid|valid|ok)[\"']\]"
    r"|\.passed\(\)|\.passed_conditions\(|\bmeets_\w+|\bis_(ok|good|valid|better)\b"
)
_ACTS = regex(
    r"\b(raise|assert|sys\.exit|SystemExit|os\._exit|exit|quit)\b|GITHUB_(OUTPUT|ENV)|\.write(_text)?\(|json\.dump\(|open\("
    r"|to_(json|csv)\(|\.save\w*\(|check_call|check=True"
)


def only_printed(step: Step) -> str:
    """The line of Python within a step that prints what a check has found, where nothing acts on it; or empty."""
    whole = step.run if "python" in str(step.data.get("shell", "")) else ""
    codes = [found["lines"] or found["code"] or "" for found in _CODE.finditer(step.run)] + [whole]
    for code in codes:
        printed = [
            line for line in code.splitlines() if re.search(r"\bprint\(|\blog\w*\.\w+\(", line) and _FOUND.search(line)
        ]
        if printed and not _ACTS.search(code):
            return printed[0].strip()
    return ""


def _why_if_is_silent(script: str, *, gate: bool) -> str:
    for found in _IF.finditer(script):
        names = re.findall(r"[A-Za-z_]\w*", found["asked"])
        of_metric = any(is_higher(name.lower()) or is_lower(name.lower()) for name in names)
        compares = re.search(r"[<>]|-[lg][te]\b|\bbc\b|\bawk\b", found["asked"])
        if compares and (of_metric or gate) and not _FAILS.search(script):
            return "no branch of this ends as failed, whatever the metric is"
    return ""


def _why_always_yes(command: Command, script: str) -> str:
    words = command.words
    program = words[0] if words and not command.verb else ""
    if program in _SHOWS or re.match(r"\w+=", program):
        return "shows"
    if program == "jq":
        return _of_jq(words, script)
    if program in ("[", "[[", "test"):
        only = {"-n", "-f", "-s", "-e", "-d", "-r", "-z"} & {*words}
        compared = {"-lt", "-le", "-gt", "-ge", "-eq", "-ne", "=", "==", "!=", "<", ">", "=~"} & {*words}
        return "this asks only whether it is there" if only and not compared else ""
    if program == "grep":
        return (
            "this asks only whether it is there"
            if not re.search(r"pass|true|ok|fail|\d", " ".join(words[1:]).lower())
            else ""
        )
    return _of_program(command, script) if program else ""


def _of_program(command: Command, script: str) -> str:
    words, program = command.words, command.words[0]
    if program in ("bc", "awk"):
        uncaught = not re.search(
            r"\$\((?:[^()\n]|\([^)\n]{0,100}\)){0,300}\b(bc|awk)\b|`[^\n`]{0,300}\b(bc|awk)\b|\bexit\b|\bgrep\b|\[",
            script,
        )
        return "this prints 1 or 0, and ends well with both" if uncaught else ""
    if "dvc" in words[:5] and {"metrics", "plots", "params"} & {*words}:
        return "shows"
    if program.startswith("python") or "python" in words[:4]:
        return _of_python(words)
    return "shows" if program in ("cml", "gh") else ""


_DEFAULT = regex(r"//\s*(-?\d+(?:\.\d+)?)\s*\)?\s*([<>])=?\s*(-?\d+(?:\.\d+)?)")


def _holds(value: float, sign: str, bound: float) -> bool:
    return value >= bound if sign == ">" else value <= bound


def _of_jq(words: tuple[str, ...], script: str) -> str:
    asks = any(re.fullmatch(r"--exit-status|-[a-zA-Z]*e[a-zA-Z]*", word) for word in words[1:])
    decides = any(_DECIDES.search(word) and not word.startswith("-") for word in words[1:])
    default = next((match for word in words if (match := _DEFAULT.search(word))), None)
    if default and _holds(float(default[1]), default[2], float(default[3])):
        return f"where it is not there it is {default[1]}, which passes"
    if asks and not decides:
        return "every number satisfies this, however bad"
    if not asks and decides and not re.search(r"error|halt_error", " ".join(words)):
        used = re.search(
            r"\$\([^\n]{0,300}\bjq\b|`[^\n`]{0,300}\bjq\b|\bjq\b[^\n]{0,300}\|\s*(grep|test|xargs|\[)", script
        )
        return "" if used else "without `--exit-status` this prints `false`, and ends well"
    return "shows" if not asks and not decides else ""


def _of_python(words: tuple[str, ...]) -> str:
    code = next((words[place + 1] for place, word in enumerate(words[:-1]) if word == "-c"), "")
    if not code:
        return ""
    return (
        ""
        if re.search(r"assert|exit|raise|fail|check|judge|gate", code)
        else "this prints, and ends well whatever it prints"
    )
