"""Whether a failure ends a script: what we say of it, held against what bash does with it."""

from __future__ import annotations

import os
import random
import subprocess
from typing import TYPE_CHECKING

import pytest

from mlops_spec.platforms.github.workflow.command import Command, commands
from mlops_spec.platforms.github.workflow.shell import simple_commands
from mlops_spec.platforms.github.workflow.shell_state import started

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GATE = "mlops-spec gate --out build/gate.json"

# Each names `GATE`, which fails where it runs.
SCRIPTS = (
    GATE,
    f"{GATE}\necho done",
    f"{GATE} || true",
    f"{GATE} || :",
    f"{GATE} || echo failed",
    f"{GATE} || exit 1",
    f"{GATE} || exit 0",
    f"{GATE} || {{ echo failed; exit 1; }}",
    f"{GATE} || {{ echo failed; }}",
    f"{GATE} || false",
    f"{GATE} && echo passed",
    f"{GATE} && echo passed\necho done",
    f"echo first && {GATE}\necho done",
    f"{GATE} | tee log",
    f"{GATE} | tee log\necho done",
    f"set +o pipefail\n{GATE} | tee log",
    f"set +e\n{GATE}\necho done",
    f"set +e\necho first\nset -e\n{GATE}\necho done",
    f"set +o errexit\n{GATE}\necho done",
    f"set -euo pipefail\n{GATE} | tee log\necho done",
    f"set +eu\n{GATE}\necho done",
    f"if {GATE}; then echo passed; fi",
    f"if ! {GATE}; then echo failed; fi",
    f"! {GATE}",
    f"while {GATE}; do echo again; done",
    f"{GATE} &\nwait",
    f"echo first; {GATE}; echo done",
    f"# a comment || true\n{GATE}  # || true",
    f"echo '|| true'; {GATE}",
    f"cat <<EOF > text\n{GATE} || true\nEOF\n{GATE}\necho done",
    "mlops-spec \\\n  gate \\\n  --out build/gate.json \\\n  || true",
    "mlops-spec \\\n  gate \\\n  --out build/gate.json\necho done",
    f"{GATE} --note 'one\ntwo' || true",
    f"NAME=value {GATE}\necho done",
    f"time {GATE}\necho done",
    f"{GATE}; true",
    f"g() {{\n  {GATE}\n}}\ng || true",
    f"g() {{ {GATE} || return 0; }}\ng",
    f"g() {{\n  {GATE}\n  echo done\n}}\ng",
    f"function g {{ {GATE}; }}\ng\necho done",
    f"g() {{ {GATE}; echo done; }}\nif g; then echo passed; fi",
    f"( {GATE} ) &\nwait",
    f"( {GATE} )\necho done",
    f"( {GATE}; echo done ) || exit 1",
    f"( {GATE} ) || exit 1",
    f"{{ {GATE}; }} || true",
    f"{{ {GATE}; echo done; }}",
    f"(\n{GATE}\n) || true",
    f"{{\n{GATE}\n}} | cat",
    f"{{ {GATE} && echo passed; }}\necho done",
    f"( {GATE} && echo passed )\necho done",
    f"shopt -uo errexit\n{GATE}\necho done",
    f"shopt -so pipefail\n{GATE} | cat",
    f"bash -c '{GATE} || true'",
    f"bash -c '{GATE}; echo done'",
    f"bash -ec '{GATE}; echo done'",
    f"bash -c '{GATE}'\necho done",
    f"sh -c '{GATE} | cat'",
    f"eval '{GATE} || true'",
    f"eval '{GATE}'\necho done",
    f"out=$({GATE})\necho done",
    f"out=$({GATE}) || true",
    f"export out=$({GATE})\necho done",
    f'echo "$({GATE})"',
    f"echo `{GATE}`",
    f"out=$({GATE}; echo done)",
    f"cat < <({GATE})",
    f"{GATE} > >(cat)",
    f"{GATE} > log 2>&1\necho done",
    f"{GATE} > log 2>&1 || true",
    f"{GATE} &> log\necho done",
    f"{GATE} 2>&1 | tee log\necho done",
    f"trap 'exit 0' EXIT\n{GATE}",
    f"trap 'exit 0' ERR\n{GATE}",
    f"trap 'rm -f x' EXIT\n{GATE}",
    f"if ! {GATE}; then echo failed; exit 1; fi",
    f"if {GATE}; then echo passed; else echo failed; exit 1; fi",
    f"if {GATE}; then echo passed; else exit 0; fi",
    f"rc=0\n{GATE} || rc=$?\necho $rc",
    f"rc=0\n{GATE} || rc=$?\nexit $rc",
    f"set +e\n{GATE}\nrc=$?\nset -e\necho done\nexit ${{rc}}",
    f"set +e\n{GATE}\nrc=$?\necho done",
    f"bad=0\nfor m in a b; do {GATE} || bad=1; done\nexit $bad",
    f"for m in a; do\n  {GATE} || break\ndone",
    f"for m in a; do {GATE} || continue; done",
    f"for m in a b\ndo\n  {GATE}\ndone\necho done",
    f"until {GATE}; do break; done",
    f"{GATE} ||\n  true",
    f"{GATE} |\n  cat",
    f"coproc {GATE}\nwait",
    f"nohup {GATE}\necho done",
    f"command {GATE} || true",
    f"exec {GATE}",
    f"! {GATE}\necho done",
    f"true && ! {GATE}",
    f"false || {GATE}\necho done",
    f"[[ -n x && -z '' ]] && {GATE}",
    f"(( 1 < 2 && 2 > 1 ))\n{GATE}\necho done",
    f"x=${{y:-a b || true}}\n{GATE}\necho $x",
    f'{GATE} --note "a || true" || exit 3',
    f"cat <<-'EOF' > a; {GATE}\n\ttext || true\n\tEOF\necho done",
    f"cat <<A <<B > a\none\nA\ntwo\nB\n{GATE}\necho done",
    f"case x in\n  x) {GATE} ;;\nesac\necho done",
    f"if true; then\n  {GATE}\nfi\necho done",
    f"exit 0\n{GATE}",
    f"[ -z '' ] && exit 0\n{GATE}",
    f"false && {GATE}\necho done",
    f"true || {GATE}",
    f"case y in\n  x | z) {GATE} ;;\n  *) echo other ;;\nesac",
    f"if [ -f none ]; then\n  {GATE}\nfi",
    f"for m in $NONE; do\n  {GATE}\ndone",
    f"while false; do {GATE}; done",
    f"g() {{ exit 0; }}\ng\n{GATE}",
    f"# {GATE}\necho done",
    f"echo {GATE}",
    f"m='{GATE}'\necho \"$m\"",
    f"cat <<EOF > a\n{GATE}\nEOF",
    f"g() {{ {GATE}; }}",
    f"{GATE.replace('--out', '--help')}".replace("gate --help build/gate.json", "gate --help"),
)


GITHUBS = ("--out", "${{ github.event_name == 'push' && 'a' || 'b' }}")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with a program under our name that always fails, and leaves a file that says that it ran."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "mlops-spec").write_text('#!/bin/sh\n[ "$2" = --help ] && exit 0\n: > ran\nexit 3\n')
    (folder / "mlops-spec").chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


SHELLS = {"bash": ["-eo", "pipefail"], "": ["-e"], "bash {0}": []}


def run(script: str, shell: str, path: str, folder: Path) -> tuple[bool, bool]:
    """Whether the gate ran, and whether the script passed all the same."""
    file = folder / "script.sh"
    file.write_text(script)
    (folder / "ran").unlink(missing_ok=True)
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", *SHELLS[shell], str(file)],
        env={"PATH": path},
        cwd=folder,
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert b"syntax error" not in done.stderr, script
    return (folder / "ran").exists(), done.returncode == 0


def gates(script: str, shell: str) -> list[Command]:
    return [command for command in commands(script, started(shell)) if command.verb == "gate"]


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("shell", SHELLS)
def test_a_failure_is_lost_exactly_where_bash_loses_it(script: str, shell: str, path: str, tmp_path: Path) -> None:
    ran, passed = run(script, shell, path, tmp_path)
    found = gates(script, shell)

    if ran:
        assert [bool(gate.lost) for gate in found] == [passed], found
    elif passed:
        assert all(gate.skipped for gate in found), found


BESIDE = ("true", "false", "echo x", "set +e", "set -e", "exit 1", ":", "cat < /dev/null", "[ -n x ]", "[ -z x ]")
FORMS = (
    *("{a}; {b}", "{a}\n{b}", "{{ {a}; }} && {{ {b}; }}", "{{ {a}; }} || {{ {b}; }}", "( {a} )\n{b}"),
    *("{{ {a}\n}}\n{b}", "if {a}; then\n{b}\nelse\n{c}\nfi", "( {a} ) | {{ {b}; }}", "! {{ {a}; }}\n{b}"),
    *(
        "f() {{ {a}; }}\nf\n{b}",
        "x=$( {a} )\n{b}",
        "for i in a b; do {a}; {b}; done",
        "( {a} ) &\n{b}",
        "eval '{b}'; {a}",
    ),
)


def scripts(number: int) -> Iterator[str]:
    """Random scripts that name the gate once, in forms within forms."""
    chance = random.Random(7)
    while number:
        script = "GATE"
        for _ in range(chance.randint(1, 3)):
            parts = [script, chance.choice(BESIDE)]
            chance.shuffle(parts)
            form = chance.choice(FORMS)
            if "eval" in form and "GATE" in parts[1]:
                continue
            script = form.format(a=parts[0], b=parts[1], c=chance.choice(BESIDE))
        number -= 1
        yield script.replace("GATE", GATE)


def test_no_failure_that_bash_loses_is_missed(path: str, tmp_path: Path) -> None:
    """Where a gate's failure does not fail the script, we say so; what we say besides fails for another reason."""
    missed, lost = [], 0
    for number, script in enumerate(scripts(250)):
        shell = list(SHELLS)[number % len(SHELLS)]
        ran, passed = run(script, shell, path, tmp_path)
        if ran and passed:
            lost += 1
            missed += [] if any(gate.lost for gate in gates(script, shell)) else [(shell, script)]

    assert missed == []
    assert lost > 50


@pytest.mark.parametrize(
    ("script", "verb", "rest"),
    [
        ("mlops-spec lint", "lint", ()),
        ("uv run --no-sync mlops-spec promote ask production --wait 5m", "promote ask", ("production", "--wait", "5m")),
        ("uvx mlops-spec@0.1.0 render --check", "render", ("--check",)),
        ("uvx --from mlops-spec==0.1.0 mlops-spec gate", "gate", ()),
        ("python -m mlops_spec audit verify", "audit verify", ()),
        (".venv/bin/mlops-spec run --push", "run", ("--push",)),
        ("A=b mlops-spec monitor", "monitor", ()),
        ("(cd models/a && mlops-spec gate)", "gate", ()),
        ("nohup mlops-spec gate > log 2>&1", "gate", ()),
        ("docker run --rm -v .:/w acme/ci mlops-spec gate", "gate", ()),
        ("bash -euc 'cd a; mlops-spec gate'", "gate", ()),
        ("mlops-spec gate --out ${{ github.event_name == 'push' && 'a' || 'b' }}", "gate", GITHUBS),
    ],
)
def test_our_commands_are_known_however_they_are_started(script: str, verb: str, rest: tuple[str, ...]) -> None:
    (found,) = [command for command in commands(script) if command.verb]

    assert (found.verb, found.words) == (verb, rest)


@pytest.mark.parametrize(
    "script",
    [
        *(
            "echo mlops-spec gate",
            "uv pip install mlops-spec",
            "# mlops-spec gate",
            "pip install mlops-spec",
            "git log",
        ),
        *(
            "",
            "uv add mlops-spec",
            "mlops-spec gate --help",
            "uv run echo mlops-spec gate",
            "cat <<E\nmlops-spec gate\nE",
        ),
    ],
)
def test_what_only_names_us_is_no_command_of_ours(script: str) -> None:
    assert [command for command in commands(script) if command.verb] == []


def test_options_have_their_values() -> None:
    (command,) = commands("mlops-spec register --bundle dist --digest=sha256:0 --dry-run")

    assert command.option("--bundle") == "dist"
    assert command.option("--digest") == "sha256:0"
    assert command.option("--dry-run") == ""
    assert command.option("--wait") is None


@pytest.mark.parametrize(
    "script",
    [
        "# mlops-spec gate || true\nHERE || true",
        'echo "mlops-spec gate"\nHERE || true',
        "mlops-spec gate\nHERE || true",
        "cat <<EOF\nmlops-spec gate\nEOF\nHERE || true",
        "mlops-spec gate; if ! HERE; then echo; fi",
        "echo 'mlops-spec gate'; bash -c 'HERE || true'",
        "echo 'mlops-spec gate'\nx=$(uv run HERE) || true",
    ],
)
def test_a_command_stands_where_it_is_run_not_where_it_is_named(script: str) -> None:
    lost = [command for command in commands(script.replace("HERE", "mlops-spec gate")) if command.lost and command.verb]

    assert [(gate.piece, gate.earlier) for gate in lost] == [("mlops-spec gate", 1)]


HALVES = [
    "'",
    "cat <<EOF",
    "a | | b",
    "((",
    "${",
    "\\",
    "if",
    ";;",
    "&&",
    "|| true",
    "\0",
    "case x in",
    "f()",
    "$(",
    "`",
]
DEEP = [
    "(" * 9999,
    "$(" * 9999,
    "{ " * 9999,
    "if " * 9999,
    "eval '" * 999,
    "${" * 9999,
    "a && " * 9999,
    "case x in " * 999,
]


@pytest.mark.parametrize("script", [*HALVES, *DEEP], ids=range(len(HALVES + DEEP)))
def test_half_a_script_is_no_trouble(script: str) -> None:
    list(simple_commands(script))


def test_functions_that_call_functions_come_to_an_end() -> None:
    doubling = "\n".join(f"f{n}() {{ f{n + 1}; f{n + 1}; f{n + 1}; f{n + 1}; f{n + 1}; }}" for n in range(30))

    assert len(list(simple_commands(f"{doubling}\nf0"))) < 10_000
    assert len(list(simple_commands("f() { f; f; }\nf"))) < 10_000
