"""One run of the linter: exit codes, formats, fixes, many files, and the cache that changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from mlops_spec.errors import Failure
from mlops_spec.lint import cache
from mlops_spec.lint.cache.cached_lint import Linted, through_cache
from mlops_spec.lint.cache.clean import clean, plain_files
from mlops_spec.lint.load import load_spec
from mlops_spec.lint.run import lint
from mlops_spec.lint.specs import PAGES as PAGES_OF_SPECS
from mlops_spec.lint.specs import lint_all
from mlops_spec.rules.pages import PAGES

SPECS = Path(__file__).parent / "specs"
MINIMAL = (SPECS / "ok" / "minimal.yaml").read_text(encoding="utf-8")
WRONG = MINIMAL.replace("    min: 0.75", "    max: 0.75")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "cache" / "mlops-spec" / "lint"


def write(text: str, name: str = "model.yaml") -> Path:
    file = Path(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mlops_spec", *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [(MINIMAL, 0), (WRONG, 1), (MINIMAL.replace("gates", "gate"), 2), ("", 2), ("[", 2), ("a: 1\na: 2\n", 2)],
)
def test_exit_codes(text: str, code: int) -> None:
    write(text)

    for arguments in (["lint"], ["lint", "model.yaml"], ["lint", "--no-cache", "model.yaml"]):
        done = run(*arguments)
        assert done.returncode == code
        assert done.stderr == ""
        assert "model.yaml" in done.stdout


@pytest.mark.parametrize(
    "arguments", [["nope.yaml"], ["--format", "xml"], ["--today", "never"], ["."], ["--fix", "no"]]
)
def test_wrong_usage_is_a_message(arguments: list[str]) -> None:
    done = run("lint", *arguments)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_several_files_and_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    write(MINIMAL, "a/model.yaml")
    write(WRONG, "b/c/model.yaml")

    assert lint([Path("a"), Path("b")]) == 1
    out = capsys.readouterr().out
    assert "b/c/model.yaml:17:5: error[MS203]" in out
    assert out.endswith(f"1 error, 1 fixable · {len(PAGES_OF_SPECS)} rules · 2 files\n")


def test_the_directory_is_where_the_spec_lies() -> None:
    write(WRONG, "repo/model.yaml")

    assert "repo/model.yaml:17:5" in run("lint", "--directory", "repo").stdout


def test_auto_is_annotations_under_actions() -> None:
    write(WRONG)

    assert run("lint", GITHUB_ACTIONS="true").stdout.startswith("::error file=model.yaml,line=17,")


def test_fix_writes_says_so_and_exits_clean() -> None:
    file = write(WRONG)

    done = run("lint", "--fix", "model.yaml")

    assert (done.returncode, done.stderr) == (0, "fixed 1 in model.yaml\n")
    assert file.read_text(encoding="utf-8") == MINIMAL
    assert run("lint", "--fix", "model.yaml").stderr == ""


def test_dates_are_judged_as_of_the_day_that_is_given() -> None:
    write((SPECS / "ok" / "full.yaml").read_text(encoding="utf-8"))

    assert run("lint", "--today", "2027-01-31").returncode == 0
    late = run("lint", "--today", "2027-02-01", "--format", "json")
    assert [each["code"] for each in json.loads(late.stdout)] == ["MS701"]


def test_load_spec_says_all_that_is_wrong_in_one_failure() -> None:
    file = write(MINIMAL.replace("model:", "modl:").replace("id: id", "id: 7"))

    with pytest.raises(Failure) as caught:
        load_spec(file)

    assert caught.value.exit_code == 2
    assert caught.value.message.splitlines() == [
        "model.yaml:2:1: error[MS001] unknown key `modl`; did you mean `model`?",
        'model.yaml:9:7: error[MS006] `id` must be text, not `7`; write `"7"`',
    ]


def test_load_spec_refuses_what_refers_to_nothing_and_passes_what_is_only_unwise() -> None:
    assert load_spec(write(WRONG)).model == "credit-default"
    with pytest.raises(Failure, match="no environment is called `stagging`"):
        load_spec(write(MINIMAL + "environments:\n  production: {after: stagging}\n"))


def test_many_files_in_several_processes_are_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"{number}.yaml": (WRONG if number % 3 else MINIMAL).encode() for number in range(120)}
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    day = date(2026, 11, 23)

    together = lint_all(files, day)

    assert together == {name: lint_all({name: content}, day)[name] for name, content in files.items()}
    assert list(together) == list(files)


# --- the cache -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["text", "json", "github", "sarif"])
@pytest.mark.parametrize(
    "text", [MINIMAL, WRONG, "a: [\n", "é: \udce9".encode("utf-8", "surrogateescape").decode("latin-1")]
)
def test_cached_or_not_the_answer_is_the_same(text: str, style: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(text)

    said = [(lint([file], style=style, cached=cached), capsys.readouterr().out) for cached in (False, True, True)]

    assert said[0] == said[1] == said[2]


def test_an_unchanged_file_is_not_looked_at_again() -> None:
    contents = {"model.yaml": WRONG.encode()}
    looked: list[list[str]] = []

    def linted(files: dict[str, bytes]) -> Linted:
        looked.append(list(files))
        return Linted(lint_all(files, date(2026, 11, 23)), len(PAGES_OF_SPECS))

    first = through_cache(contents, "2026-11-23", linted)  # type: ignore[arg-type]
    second = through_cache({**contents, "other.yaml": b"spec: 1"}, "2026-11-23", linted)  # type: ignore[arg-type]
    through_cache(contents, "2026-11-24", linted)  # type: ignore[arg-type]

    assert looked == [["model.yaml"], ["other.yaml"], ["model.yaml"]]
    assert second.found["model.yaml"] == first.found["model.yaml"]


def test_the_same_content_under_another_name_is_told_by_that_name(capsys: pytest.CaptureFixture[str]) -> None:
    lint([write(WRONG, "a.yaml")])
    lint([write(WRONG, "b.yaml")])

    assert "b.yaml:17:5" in capsys.readouterr().out


@pytest.mark.parametrize("damage", [b"", b"x", b"\xff\xfe", None, "truncate", "flip", "swap"])
def test_a_damaged_entry_is_no_entry(
    damage: bytes | str | None, own_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(WRONG)
    lint([file])
    expected = capsys.readouterr().out
    (entry,) = own_cache.iterdir()
    whole = entry.read_bytes()
    if damage is None:
        entry.unlink()
        entry.mkdir()
    elif damage == "swap":  # a whole entry, but of a clean file
        key = cache.key(MINIMAL.encode(), cache.state(cache.today()))
        lint([write(MINIMAL, "clean.yaml")])
        entry.write_bytes((own_cache / key).read_bytes())
        capsys.readouterr()
    else:
        kinds = {"truncate": whole[: len(whole) // 2], "flip": whole.replace(b"MS203", b"MS204")}
        entry.write_bytes(damage if isinstance(damage, bytes) else kinds[damage])

    assert clean(["model.yaml"]) is None
    assert lint([file]) == 1
    assert capsys.readouterr().out == expected


def test_a_cache_that_can_not_be_written_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    write("in the way", "taken")
    monkeypatch.setenv("XDG_CACHE_HOME", "taken")

    assert lint([write(MINIMAL)]) == 0


def test_old_entries_go_when_there_are_too_many(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_MOST", 10)
    for number in range(11):
        cache.store(f"{number:048x}", cache.Entry(1, 0, "[]"))
        os.utime(own_cache / f"{number:048x}", (number, number))

    cache.prune()

    assert sorted(int(entry.name, 16) for entry in own_cache.iterdir()) == [5, 6, 7, 8, 9, 10]


def test_a_clean_file_is_answered_without_pydantic_and_in_the_same_words(capsys: pytest.CaptureFixture[str]) -> None:
    file = write(MINIMAL)
    assert clean(["model.yaml"]) is None
    lint([file])
    said = capsys.readouterr().out

    assert clean(["model.yaml"]) == said
    script = (
        f"import sys; sys.path[:0] = {sys.path!r}; sys.argv = ['mlops-spec', 'lint', 'model.yaml']\n"
        "import mlops_spec.__main__ as program\n"
        "try: program.main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'click', 'pydantic', 'yaml', 'pathlib'} & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-S", "-c", script],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == f"{said}[]\n"


def test_under_actions_a_clean_file_is_no_annotation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(MINIMAL)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    lint([file])

    assert capsys.readouterr().out == clean(["model.yaml"]) == ""


def test_a_finding_is_never_answered_as_clean() -> None:
    lint([write(WRONG)])

    assert clean(["model.yaml"]) is None


@pytest.mark.parametrize(
    "arguments", [[], ["lint"], ["lint", "--fix", "a"], ["lint", "a", "-C", "b"], ["plan", "a"], ["lint", "a\n"]]
)
def test_anything_but_files_takes_the_long_way(arguments: list[str]) -> None:
    assert not plain_files(arguments)


# --- explain and schema ----------------------------------------------------------------------------------------------


def test_explain_one_all_and_none() -> None:
    assert run("explain", "ms203").stdout.startswith("MS203 inverted-bound (error)\n")
    assert len(run("explain").stdout.splitlines()) == len(PAGES)
    assert json.loads(run("explain", "inverted-bound", "--format", "json").stdout)["code"] == "MS203"
    unknown = run("explain", "MS9999")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "no rule is called `MS9999`" in unknown.stderr


def test_schema_prints_what_is_checked_in() -> None:
    assert json.loads(run("schema").stdout)["title"] == "model.yaml"
