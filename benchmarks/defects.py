"""Who finds which of the seeded defects of tests/defects: zizmor, actionlint, check-jsonschema and we.

Each defect is one change of a repository in which all four find nothing. A tool has found it when it says anything
about the changed file; we have only when the code and the line are the expected ones too. zizmor runs as its strictest
persona, actionlint with shellcheck, check-jsonschema with GitHub's schema of workflows and our schema of specs.

To hold another tool against the corpus, add a function to `TOOLS`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
sys.path.insert(0, str(ROOT / "tests" / "defects"))

import corpus  # noqa: E402 - a module of the tests, which are no package

OURS = "mlops-spec"


class Case(NamedTuple):
    """A repository on disk, its file that matters, and what is to be found there; none in a clean one."""

    root: Path
    file: Path
    defect: corpus.Defect | None

    @property
    def is_spec(self) -> bool:
        return self.file.name == corpus.SPEC


Tool = Callable[[Sequence[Case]], set[Path]]  # the files in which it finds something


def run(*command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "GITHUB_ACTIONS": ""}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def zizmor(cases: Sequence[Case]) -> set[Path]:
    """Finds by its exit code, which also says where a file can't be read."""
    options = ("--offline", "--quiet", "--persona", "auditor", "--no-ignores")
    return {case.file for case in cases if not case.is_spec and run("zizmor", *options, str(case.root)).returncode}


def actionlint(cases: Sequence[Case]) -> set[Path]:
    command = ("actionlint", "-shellcheck", str(BIN / "shellcheck"))
    return {case.file for case in cases if not case.is_spec and run(*command, str(case.file)).returncode}


def check_jsonschema(cases: Sequence[Case]) -> set[Path]:
    """In one call for workflows and one for specs: it starts slowly."""
    found = set()
    of_specs = ("--schemafile", str(ROOT / "mlops_spec" / "schema.json"))
    for schema, is_spec in ((of_specs, True), (("--builtin-schema", "vendor.github-workflows"), False)):
        files = [str(case.file) for case in cases if case.is_spec == is_spec]
        if files:
            said = json.loads(run("check-jsonschema", *schema, "--output-format", "json", *files).stdout)
            found |= {Path(each["filename"]) for key in ("errors", "parse_errors") for each in said.get(key, ())}
    return found


def ours(cases: Sequence[Case]) -> set[Path]:
    return {case.file for case in cases if _found_by_us(case)}


def _found_by_us(case: Case) -> bool:
    said = run(OURS, "lint", "--no-cache", "--today", "2026-11-23", "--format", "json", "-C", str(case.root))
    told = {(Path(each["file"]), each["code"], each["line"]) for each in json.loads(said.stdout)}
    return (case.file, case.defect.code, case.defect.line) in told if case.defect else bool(told)


TOOLS: dict[str, Tool] = {
    "zizmor": zizmor,
    "actionlint": actionlint,
    "check-jsonschema": check_jsonschema,
    OURS: ours,
}


def laid_out(root: Path, defect: corpus.Defect, *, clean: bool = False) -> Case:
    """A repository with a defect, or without."""
    shutil.copytree(defect.root, root)
    (root / corpus.SPEC).unlink(missing_ok=True)
    shutil.copy(defect.spec, root / corpus.SPEC)
    (root / ".git").mkdir()  # where tools look for the root
    file = root / defect.file
    file.write_text(defect.clean if clean else defect.text, encoding="utf-8")
    return Case(root, file, None if clean else defect)


def refuse_noise(scratch: Path, defects: Sequence[corpus.Defect]) -> None:
    """Ends the run where a tool finds something in a clean repository: what it finds in others says nothing then."""
    files = {(defect.repository, defect.file): defect for defect in defects}
    cases = [laid_out(scratch / str(number), each, clean=True) for number, each in enumerate(files.values())]
    for name, tool in TOOLS.items():
        if found := tool(cases):
            raise SystemExit(f"{name} finds something where nothing is wrong: {sorted(map(str, found))}")


def family(defect: corpus.Defect) -> str:
    """A row of the table: each rule over workflows, and specs by the first digit of the code."""
    return f"specs MS{defect.code[2]}" if defect.file == corpus.SPEC else f"workflows {defect.code}"


def main() -> None:
    defects = corpus.defects()
    with tempfile.TemporaryDirectory() as name:
        refuse_noise(Path(name, "clean"), defects)
        cases = [laid_out(Path(name, str(number)), defect) for number, defect in enumerate(defects)]
        found = {tool: run_tool(cases) for tool, run_tool in TOOLS.items()}
    rows: dict[str, Counter[str]] = {}
    for case, defect in zip(cases, defects, strict=True):
        by = [tool for tool in TOOLS if case.file in found[tool]]
        peer = ["any peer"] if set(by) - {OURS} else []
        for row in (family(defect), family(defect).split()[0], "~ all"):
            rows.setdefault(row, Counter()).update(["seeded", *by, *peer])
    columns = ["seeded", *[tool for tool in TOOLS if tool != OURS], "any peer", OURS]
    print(f"{'':18}" + "".join(f"{column:>18}" for column in columns))
    for row, counts in sorted(rows.items()):
        print(f"{row.lstrip('~ '):18}" + "".join(f"{counts[column]:>18}" for column in columns))


if __name__ == "__main__":
    main()
