"""What the linter looked at stands beside what it found: `no errors` is never said of what nobody looked at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_spec.errors import Failure
from mlops_spec.lint import cache
from mlops_spec.lint.run import lint

RENDERED = Path(__file__).parent / "render"
THEIRS = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo\n"


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    root = tmp_path / "repository"
    root.mkdir()
    monkeypatch.chdir(root)
    subprocess.run(["git", "init", "-q"], check=True)
    spec = (Path(__file__).parent / "specs" / "ok" / "minimal.yaml").read_text(encoding="utf-8")
    (root / "model.yaml").write_text(spec, encoding="utf-8")
    return root


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mlops_spec", "lint", *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def last_line(capsys: pytest.CaptureFixture[str], **given: object) -> str:
    said = []
    for cached in (True, True, False):
        lint([Path("model.yaml")], workflows=[Path()], cached=cached, **given)  # type: ignore[arg-type]
        said.append(capsys.readouterr().out.splitlines()[-1])
    assert said[0] == said[1] == said[2], "from the rules and from the cache"
    return said[0]


def test_files_and_rules_are_counted_by_what_was_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    lint(["model.yaml"])
    alone = capsys.readouterr().out.splitlines()[-1]
    around = last_line(capsys)

    assert alone.endswith(" rules · model.yaml")
    assert around.endswith(" rules · model.yaml, 1 file around it")
    assert rules(alone) < rules(around)
    write(".github/workflows/theirs.yml", THEIRS)
    assert last_line(capsys).endswith("model.yaml, 2 files around it, 0 of 1 workflow")
    assert rules(last_line(capsys)) == rules(around), "no rule looked at a workflow"
    write(".github/workflows/ours.yml", THEIRS.replace("echo", "mlops-spec lint"))
    assert last_line(capsys).endswith("model.yaml, 3 files around it, 1 of 2 workflows")
    assert rules(last_line(capsys)) > rules(around)


def rules(line: str) -> int:
    return int(line.split(" · ")[1].removesuffix(" rules"))


def test_workflows_that_are_asked_for_are_all_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    write(".github/workflows/theirs.yml", THEIRS)

    assert lint([], workflows=[Path()], style="json") == 1
    by_root = json.loads(capsys.readouterr().out)
    assert lint([], workflows=[Path(".github/workflows/theirs.yml")], style="json") == 1
    assert by_root == json.loads(capsys.readouterr().out) != []


def test_a_root_without_workflows_is_no_answer() -> None:
    with pytest.raises(Failure, match=r"no workflow in \.github/workflows"):
        lint([], workflows=[Path()])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a checkout to another user")
def test_a_checkout_that_git_does_not_read_is_not_called_fine() -> None:
    for path in (Path(), Path(".git")):
        os.chown(path, 65534, 65534)

    done = command()

    assert done.returncode == 78
    assert "not looked at: code, data, locks and settings around model.yaml: git does not read" in done.stdout
    assert "git config --global --add safe.directory" in done.stdout
    assert "around it" not in done.stdout.splitlines()[-1]


def test_without_git_the_repository_is_not_called_fine(tmp_path: Path) -> None:
    for style in ("text", "github", "json", "sarif"):
        done = command("--format", style, PATH=str(tmp_path))

        assert done.returncode == 78
        assert "git is not installed" in done.stdout + done.stderr


def test_specs_below_that_were_not_asked_for_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    write("models/a/model.yaml", Path("model.yaml").read_text(encoding="utf-8"))

    lint([Path("model.yaml")], workflows=[Path()])

    assert "not looked at: 1 more specs below, such as models/a/model.yaml" in capsys.readouterr().out
    lint([Path()])
    assert "not looked at" not in capsys.readouterr().out


def test_workflows_in_a_folder_below_are_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    write("models/a/model.yaml", Path("model.yaml").read_text(encoding="utf-8"))
    write("models/a/.github/workflows/mlops-merge.yml", THEIRS)

    assert lint([Path()]) == 1

    assert "GitHub never reads the 1 workflows in models/a/.github/workflows" in capsys.readouterr().out


def test_what_rules_read_decides_on_what_the_cache_knows() -> None:
    """Every file of ours that a whole run opens, and every module that it loads, is part of the cache's key."""
    reading = """if True:
        import sys
        opened = set()
        sys.addaudithook(lambda event, args: opened.add(str(args[0])) if event == "open" else None)
        from pathlib import Path
        from mlops_spec.lint import run
        run.lint([Path()], cached=False)
        loaded = {module.__file__ for name, module in sys.modules.items() if name.startswith("mlops_spec.")}
        print("\\n".join(sorted(opened | loaded)))
    """
    case = RENDERED / "full" / "expected"
    for path in case.rglob("*"):
        if path.is_file():
            write(str(path.relative_to(case)), path.read_text(encoding="utf-8"))
    write("src/credit_default/predict.py", "import os\n")
    done = subprocess.run([sys.executable, "-c", reading], capture_output=True, text=True, check=True)
    ours = Path(cache.__file__).parents[3]
    read = [Path(line) for line in done.stdout.splitlines() if line.endswith((".py", ".json", ".yaml"))]
    folders = (ours / "mlops_spec", ours / "template")
    ours_read = {path.resolve() for path in read if any(path.is_relative_to(folder) for folder in folders)}

    known = {Path(path).resolve() for path, _ in cache.parts()}
    assert ours / "template/actions.lock.yaml" in ours_read
    # what only shows, keeps or starts; it decides on nothing
    beside = {"cache", "report", "words", "git"}
    assert [path for path in ours_read - known if path.parent.name not in beside] == []
