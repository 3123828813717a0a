"""`[tool.mlops-spec.lint]`: what it chooses, and what is said of a table that is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.lint import settings
from mlops_spec.lint.cache.clean import clean
from mlops_spec.lint.run import lint

MINIMAL = (Path(__file__).parent / "specs" / "ok" / "minimal.yaml").read_text(encoding="utf-8")
# MS705, and MS203, which has a fix
WRONG = MINIMAL.replace("    min: 0.75", "    max: 0.75").replace("owners: ", "owners: [] # ")
HEAD = "[project]\nname = 'x'\n\n[tool.mlops-spec.lint]\n"


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.yaml").write_text(WRONG, encoding="utf-8")
    return tmp_path


def found(table: str, capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    Path("pyproject.toml").write_text(HEAD + table, encoding="utf-8")
    lint(["model.yaml"], style="json")
    return [(each["code"], each["severity"]) for each in json.loads(capsys.readouterr().out)]


def test_without_a_table_all_count(capsys: pytest.CaptureFixture[str]) -> None:
    assert found("", capsys) == [("MS705", "error"), ("MS203", "error")]


@pytest.mark.parametrize(
    ("table", "left"),
    [
        ('select = ["MS2"]', [("MS203", "error")]),
        ('ignore = ["MS2"]', [("MS705", "error")]),
        ('select = ["MS203", "MS705"]\nignore = ["MS70"]', [("MS203", "error")]),
        ("select = []", []),
        ('severity = { MS203 = "warning" }', [("MS705", "error"), ("MS203", "warning")]),
        ('[tool.mlops-spec.lint.severity]\nMS705 = "warning"', [("MS705", "warning"), ("MS203", "error")]),
    ],
)
def test_what_counts(table: str, left: list[tuple[str, str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert found(table, capsys) == left
    assert found(table, capsys) == left, "the same from the cache"


@pytest.mark.parametrize(
    "text",
    [
        '[tool."mlops-spec".lint]\nselect = ["MS2"]',
        "[ tool . 'mlops-spec' . lint ]\nselect = ['MS2']",
        '[tool.mlops-spec]\nlint.select = ["MS2"]',
        '[tool]\nmlops-spec.lint.select = ["MS2"]',
        '[tool]\nmlops-spec = { lint = { select = ["MS2"] } }',
        'tool."mlops-spec" .lint.select = ["MS2"]',
    ],
)
def test_the_table_counts_however_it_is_written(text: str) -> None:
    Path("pyproject.toml").write_text(text, encoding="utf-8")

    assert settings.read(Path()) == settings.Settings(select=("MS2",))
    assert clean([]) is None  # the cache alone can't tell


def test_a_package_of_our_name_is_no_table() -> None:
    """Most repositories name us so and nowhere else; they need not wait for the parser of TOML."""
    text = '[dependency-groups]\nops = ["mlops-spec==0.1.0", "mlops-spec[run]>=1"]\nmlops-spec = "^0.1"\n[broken'
    Path("pyproject.toml").write_text(text, encoding="utf-8")

    assert settings.read(Path()) == settings.Settings()
    assert clean([]) is not None


def test_what_leaves_no_spec_always_counts(capsys: pytest.CaptureFixture[str]) -> None:
    Path("model.yaml").write_text("spec: 1\nspec: 1\n", encoding="utf-8")

    assert found('select = ["MS2"]\nseverity = { MS003 = "warning" }', capsys) == [("MS003", "error")]


def test_what_does_not_count_is_not_fixed() -> None:
    Path("pyproject.toml").write_text(HEAD + 'ignore = ["MS203"]', encoding="utf-8")
    lint(["model.yaml"], fixing=True)
    assert Path("model.yaml").read_text(encoding="utf-8") == WRONG

    Path("pyproject.toml").write_text(HEAD, encoding="utf-8")
    lint(["model.yaml"], fixing=True)
    assert "min: 0.75" in Path("model.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('selct = ["MS2"]', "pyproject.toml:5: tool.mlops-spec.lint.selct is no setting"),
        ('\n\nselect = "MS2"', "pyproject.toml:7: tool.mlops-spec.lint.select can't be this"),
        ('select = ["MS2", 3]', "pyproject.toml:5: tool.mlops-spec.lint.select can't be this"),
        ('select = ["203"]', "pyproject.toml:5: tool.mlops-spec.lint.select can't be this"),
        ('ignore = ["MS0"]', "pyproject.toml:5: tool.mlops-spec.lint.ignore can't hold `MS0`"),
        ('ignore = ["MS002"]', "pyproject.toml:5: tool.mlops-spec.lint.ignore can't hold `MS002`"),
        ("severity = 3", "pyproject.toml:5: tool.mlops-spec.lint.severity is a table"),
        ('severity = { MS2 = "error" }', "pyproject.toml:5: tool.mlops-spec.lint.severity.MS2 is no code"),
        (
            '[tool.mlops-spec.lint.severity]\nMS203 = "fatal"',
            "pyproject.toml:6: tool.mlops-spec.lint.severity.MS203 can't be this",
        ),
        ('ignore = ["MS2', "pyproject.toml: not TOML: "),
        ('ignore = ["MS899"]', "pyproject.toml: tool.mlops-spec.lint: no rule's code is `MS899`"),
    ],
)
def test_a_wrong_table_is_told_with_its_place(table: str, message: str) -> None:
    Path("pyproject.toml").write_text(HEAD + table, encoding="utf-8")

    with pytest.raises(Failure) as caught:
        lint(["model.yaml"])

    assert caught.value.message.startswith(message)
    assert caught.value.exit_code == Exit.CONFIG
    assert caught.value.remedy or "TOML" in message


def test_a_wrong_table_is_told_of_a_clean_file_too() -> None:
    Path("model.yaml").write_text(MINIMAL, encoding="utf-8")
    lint(["model.yaml"])
    assert clean(["model.yaml"])

    Path("pyproject.toml").write_text(HEAD + "what = 1", encoding="utf-8")
    assert clean(["model.yaml"]) is None


def test_the_table_may_be_written_in_any_way() -> None:
    parsed = settings.parse("p", b'[tool]\nmlops-spec = { lint = { select = ["MS2"] } }')

    assert parsed.select == ("MS2",)
