"""The linter in a repository: what Git has is looked at, code is never run, and the cache notices every change."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from mlops_spec.lint import cache, repository
from mlops_spec.lint.run import lint
from mlops_spec.repository.listing import Listing, listings
from mlops_spec.repository.requirement import declared, differing, lock_of, locked, placed, table
from mlops_spec.repository.view import Repository

MINIMAL = (Path(__file__).parent / "specs" / "ok" / "minimal.yaml").read_text(encoding="utf-8")
LOAD = "def load(model_dir):\n    return model_dir\n"
CONFIG = "[core]\n    remote = s\n['remote \"s\"']\n    url = /srv/storage\n    verify = true\n"


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    root = tmp_path / "repository"
    root.mkdir()
    monkeypatch.chdir(root)
    subprocess.run(["git", "init", "-q"], check=True)
    write("model.yaml", MINIMAL)
    write(".dvc/config", CONFIG)
    write("data/credit_default.csv.dvc", "outs: []\n")
    write("src/credit_default/train.py", "")
    write("src/credit_default/predict.py", LOAD)
    write("pyproject.toml", '[project]\nname = "credit"\n')
    write("uv.lock", 'version = 1\nrequires-python = ">=3.11"\n')
    return root


def write(path: str, text: str | bytes) -> None:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())


def found(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The findings with their places: twice the same, from the rules and from the cache."""
    said = []
    for cached in (True, True, False):
        lint([Path()], style="json", cached=cached)
        said.append(
            [
                f"{each['file']}:{each['line']}:{each['column']} {each['code']}"
                for each in json.loads(capsys.readouterr().out)
            ]
        )
    assert said[0] == said[1] == said[2]
    return said[0]


def test_a_sound_repository_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    assert found(capsys) == []


def test_one_file_is_looked_at_alone() -> None:
    Path("src/credit_default/predict.py").unlink()

    assert lint(["model.yaml"]) == 0
    assert lint([Path()]) == 1


def test_a_folder_that_is_in_no_repository_has_no_surroundings(tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "model.yaml").write_text(MINIMAL, encoding="utf-8")

    assert [str(reason) for reason in listings([alone]).values()] == ["it is in no Git repository"]
    assert lint([alone]) == 0


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        ("data/credit_default.csv.dvc", None, "model.yaml:7:9 MS801"),
        ("src/credit_default/train.py", None, "model.yaml:12:8 MS803"),
        ("src/credit_default/predict.py", None, "model.yaml:13:14 MS804"),
        ("src/credit_default/predict.py", "def laod(x): ...", "model.yaml:13:14 MS804"),
        ("src/credit_default/predict.py", "\n\ndef load(): ...", "src/credit_default/predict.py:3:1 MS805"),
        ("src/credit_default/predict.py", "async def load(x): ...", "src/credit_default/predict.py:1:1 MS805"),
        ("src/credit_default/predict.py", "def load(x, *, y): ...", "src/credit_default/predict.py:1:1 MS805"),
        (".env", "\nKEY=AKIAABCDEFGHIJKLMNOP\n", ".env:2:1 MS808"),
        pytest.param("old.pkl", b"\0" * 1_000_001, "old.pkl:1:1 MS809", id="a large file"),  # git gets the name, too
        ("uv.lock", None, "pyproject.toml:1:1 MS810"),
        ("pyproject.toml", None, "model.yaml:1:7 MS810"),
        (".dvc/config", "[core]\n", ".dvc/config:1:1 MS812"),
        (".dvc/config", None, "model.yaml:7:9 MS812"),
        (".dvc/config", CONFIG.replace("verify", "other"), ".dvc/config:3:1 MS813"),
    ],
)
def test_one_change_is_found_in_its_place(
    path: str, text: str | bytes | None, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert found(capsys) == []
    if text is None:
        Path(path).unlink()
    else:
        write(path, text)

    assert found(capsys) == [place]


def test_what_is_read_above_the_model_lies_in_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reads = MINIMAL.replace("  predictor:", "  reads: [../../shared/weights.csv]\n  predictor:")
    write("model.yaml", reads)
    assert found(capsys) == ["model.yaml:13:11 MS802"]

    (tmp_path / "repository").rename(tmp_path / "churn")
    (tmp_path / "whole/models").mkdir(parents=True)
    (tmp_path / "churn/.git").rename(tmp_path / "whole/.git")
    (tmp_path / "churn").rename(tmp_path / "whole/models/churn")
    monkeypatch.chdir(tmp_path / "whole/models/churn")
    assert "model.yaml:13:11 MS802" not in found(capsys)


PUSHES = """\
on: {push: {branches: [main]}}
jobs:
  train:
    runs-on: ubuntu-24.04
    steps:
      - uses: aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3
        with: {role-to-assume: "arn:aws:iam::123456789012:role/write", aws-region: eu-central-1}
      - run: mlops-spec run --push
"""
SIGNS_IN = PUSHES[PUSHES.index("      - uses") : PUSHES.index("      - run")]


def around_the_bucket(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [each for each in found(capsys) if "MS818" in each or "MS819" in each]


def test_what_a_bucket_needs_is_installed_and_signed_in_to(capsys: pytest.CaptureFixture[str]) -> None:
    write(".dvc/config", CONFIG.replace("/srv/storage", "s3://bucket/models"))
    write("pyproject.toml", '[project]\nname = "x"\nversion = "0"\ndependencies = ["DVC [azure, S3]>=3"]\n')
    write(".github/workflows/train.yml", PUSHES)
    assert around_the_bucket(capsys) == []

    write(".github/workflows/train.yml", PUSHES.replace(SIGNS_IN, ""))
    assert around_the_bucket(capsys) == [".github/workflows/train.yml:6:14 MS819"]
    for githubs in ("[ubuntu-24.04]", "{group: Large runners, labels: ubuntu-24.04-16core}"):
        write(".github/workflows/train.yml", PUSHES.replace(SIGNS_IN, "").replace("ubuntu-24.04", githubs))
        assert around_the_bucket(capsys) == [".github/workflows/train.yml:6:14 MS819"]
    for right in (
        PUSHES.replace(SIGNS_IN, "").replace("ubuntu-24.04", "{group: Ours}"),
        PUSHES.replace(SIGNS_IN, "").replace(
            "ubuntu-24.04", "gpu-linux"
        ),  # a machine of their own, with its own rights
        PUSHES.replace(SIGNS_IN, "").replace("run --push", "run"),
        PUSHES.replace(SIGNS_IN, "") + "        env: {AWS_ACCESS_KEY_ID: '${{ secrets.AWS_ACCESS_KEY_ID }}'}\n",
    ):
        write(".github/workflows/train.yml", right)
        assert around_the_bucket(capsys) == []
    write("pyproject.toml", '[project]\nname = "x"\nversion = "0"\ndependencies = ["dvc-s3", "dvc"]\n')
    assert around_the_bucket(capsys) == []
    write("pyproject.toml", '[project]\nname = "x"\nversion = "0"\ndependencies = ["dvc[gs]", "boto3"]\n')
    assert around_the_bucket(capsys) == ["pyproject.toml:1:1 MS818"]
    write("model.yaml", f"{MINIMAL}storage: {{url: 'gs://bucket'}}\n")
    assert around_the_bucket(capsys) == []


@pytest.mark.parametrize(
    "code",
    [
        "from elsewhere import load",
        "from elsewhere import *",
        "def __getattr__(name): ...",
        "load = make()",
        "try:\n    from fast import load\nexcept ImportError:\n    def load(a): ...",
        "if True:\n    def load(a, b): ...",
        "def load(*a): ...",
        "def load(a, /, b=1, *, c=2): ...",
        "@wrapped\ndef load(): ...",
        "class load:\n    def __init__(self, a): ...",
        "def load(: ...",  # not Python: ruff's to tell
        "\x0c\ndef load(a): ...",
    ],
)
def test_what_may_well_be_the_function_is_let_be(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("src/credit_default/predict.py", code)

    assert found(capsys) == []


def test_code_is_read_and_never_run(capsys: pytest.CaptureFixture[str]) -> None:
    write("src/credit_default/predict.py", f"open('ran', 'w')\nraise SystemExit\n{LOAD}")

    assert found(capsys) == []
    assert not Path("ran").exists()


@pytest.mark.parametrize(
    ("code", "read"),
    [
        ("f(spec['train']['params']['depth'])", True),
        ("f(spec.train.params.depth)", True),
        ("model(**spec['train']['params'])", True),
        ("f(params)", True),
        ("params = spec['train']['params']\nf(params['depth'])", True),
        ("params = spec['train']['params']\nf(params['deep'])", False),
        ("f(spec['train'].get('params').get('deep'))", False),
    ],
)
def test_parameters_that_nothing_reads(code: str, read: bool, capsys: pytest.CaptureFixture[str]) -> None:
    write("model.yaml", MINIMAL.replace("  predictor:", "  params: {depth: 3}\n  predictor:"))
    write("src/credit_default/train.py", code)

    assert found(capsys) == ([] if read else ["model.yaml:13:12 MS806"])


def test_a_parameter_may_be_read_by_code_outside_of_src(capsys: pytest.CaptureFixture[str]) -> None:
    spec = MINIMAL.replace("  predictor:", "  params: {depth: 3}\n  predictor:")
    write("model.yaml", re.sub(r"run: .*", "run: python stages/train.py", spec))
    write("src/credit_default/other.py", 'print({}["other"])\n')
    write("stages/train.py", 'print({}["width"])\n')
    assert any("MS806" in each for each in found(capsys))
    write("stages/train.py", 'print({}["depth"])\n')
    assert not any("MS806" in each for each in found(capsys))


@pytest.mark.parametrize(("script", "read"), [("yq .train.params model.yaml", True), ("yq .model model.yaml", False)])
def test_parameters_may_be_read_by_a_script(script: str, read: bool, capsys: pytest.CaptureFixture[str]) -> None:
    spec = MINIMAL.replace("  predictor:", "  params: {depth: 3}\n  predictor:")
    write("model.yaml", re.sub(r"run: .*", "run: bash stages/train.sh", spec))
    write("stages/train.sh", f"{script}\npython -m credit_default.train\n")
    write("src/credit_default/train.py", "def fit(deep): ...\n")

    assert found(capsys) == ([] if read else ["model.yaml:13:3 MS806"])


@pytest.mark.parametrize(
    ("place", "found_"), [("data/scans.dvc", False), ("data/scans/a.png", False), ("data/scan.dvc", True)]
)
def test_files_that_rows_name_are_in_git_or_in_dvc(
    place: str, found_: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    files = "  id: id\n  files: {root: data/scans, column: scan, kinds: [png], max: 1MB}\n"
    write("model.yaml", MINIMAL.replace("  id: id\n", files))
    write(place, "outs: []\n")

    assert ("model.yaml:10:17 MS801" in found(capsys)) == found_


def test_a_protected_attribute_in_code_may_say_why(capsys: pytest.CaptureFixture[str]) -> None:
    spec = MINIMAL.replace("  id: id", "  id: id\n  protected: [sex]") + (
        "  - {fairness: equalized_odds_difference, by: sex, max: 0.1}\n"
        "governance: {risk: high, intended_use: Ranks applications for a person.}\n"
    )
    write("model.yaml", spec.replace("  predictor:", "  features: {exclude: [sex]}\n  predictor:"))
    write("src/credit_default/train.py", '"""sex is not used."""\nx = ["é", "sex"]\n')
    assert found(capsys) == ["src/credit_default/train.py:2:11 MS807"]

    reason = "# mlops-spec: ignore[MS807] checked, and dropped again below"
    write("src/credit_default/train.py", f'x = ["é", "sex"]  {reason}\n')
    assert found(capsys) == []
    write("src/credit_default/train.py", 'x = ["é", "sex"]  # mlops-spec: ignore[MS807]\n')
    assert len(found(capsys)) == 1


def test_an_ignore_in_the_spec_is_judged_by_the_run_that_can_tell(capsys: pytest.CaptureFixture[str]) -> None:
    reason = "# mlops-spec: ignore[MS804] is generated when the package is built"
    write("model.yaml", MINIMAL.replace("predict:load", f"predict:load {reason}"))
    assert found(capsys) == ["model.yaml:13:42 MS901"]
    assert lint(["model.yaml"]) == 0, "alone, nobody knows"
    capsys.readouterr()

    Path("src/credit_default/predict.py").unlink()
    assert found(capsys) == []


def test_what_git_ignores_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    write(".gitignore", "predict.py\nsecret.env\n")
    write("secret.env", "AKIAABCDEFGHIJKLMNOP")

    assert found(capsys) == ["model.yaml:13:14 MS804"]


def test_links_and_odd_names_are_no_reason_to_stop(capsys: pytest.CaptureFixture[str]) -> None:
    Path("loop").symlink_to("loop")
    Path("outside").symlink_to("/etc/passwd")
    write("na\nme", "x")
    Path(b"\xff.txt".decode("utf-8", "surrogateescape")).write_text("x", encoding="utf-8")

    assert found(capsys) == []


def test_an_invalid_spec_has_no_surroundings(capsys: pytest.CaptureFixture[str]) -> None:
    write("model.yaml", "spec: [")

    assert [each.rpartition(" ")[2] for each in found(capsys)] == ["MS002"]


def test_many_folders_of_a_repository_are_listed_as_each_alone_is(root: Path, tmp_path: Path) -> None:
    """Git is asked once for all of them; what lies in another repository below is that one's."""
    write("a/one.txt", "1")
    write("a.txt", "beside")
    write("a0/two.txt", "2")
    write("a/inner/three.txt", "3")
    write("na\nme/four.txt", "4")
    write(".gitignore", "ignored/\n")
    write("ignored/five.txt", "5")
    subprocess.run(["git", "init", "-q", "a/inner"], check=True)
    folders = [root, root / "a", root / "a0", root / "a/inner", root / "na\nme", root / "ignored"]

    together = listings(folders)

    alone = [listings([folder]) for folder in folders]
    assert together == {folder: listing for each in alone for folder, listing in each.items()}
    sizes = {folder.name: listing.sizes for folder, listing in together.items() if isinstance(listing, Listing)}
    assert {name: sorted(each) for name, each in sizes.items() if name != root.name} == {
        "a": ["one.txt"],
        "a0": ["two.txt"],
        "inner": ["three.txt"],
        "na\nme": ["four.txt"],
        "ignored": [],
    }


def test_the_fingerprint_follows_every_file(root: Path) -> None:
    def now() -> bytes:
        listing = listings([root])[root]
        assert isinstance(listing, Listing)
        return listing.fingerprint

    before = now()
    assert now() == before
    write("new.txt", "")
    assert now() != before


def test_a_change_that_keeps_a_files_length_is_seen(capsys: pytest.CaptureFixture[str]) -> None:
    assert found(capsys) == []
    write("src/credit_default/predict.py", LOAD.replace("load", "laod"))
    assert found(capsys) == ["model.yaml:13:14 MS804"]


def test_the_cache_follows_every_package_that_decides() -> None:
    loaded = "import sys, mlops_spec.lint.repository, mlops_spec.lint.workflows; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout
    packages = {
        "/".join(name.split(".")[1:-1]) for name in answer.split() if name.startswith("mlops_spec.") and "." in name
    }

    assert packages - {"git"} <= set(cache._PARTS)


# --- uv.lock ---------------------------------------------------------------------------------------------------------

PROJECT = """\
[project]
name = "My_Model"
requires-python = ">=3.11,<3.14"
dependencies = ["pandas >=2.2, <3 ; python_version > '3'", "mlops-spec[run]==1.0", "x @ https://example.org/x.whl"]
optional-dependencies = { gpu = ["torch~=2.4"] }
[dependency-groups]
test = ["pytest>=8"]
dev = [{ include-group = "test" }, "Ruff_lsp"]
[tool.uv.sources]
mlops-spec = { path = "vendor/m.whl" }
"""


@pytest.fixture
def project(root: Path) -> Path:
    """A project that the real uv locks without an index: every dependency is a folder of this machine."""
    names = {"alpha": "1.5", "beta": "2.0", "gamma-x": "0.1"}
    for name, version in names.items():
        write(
            f"{name}/pyproject.toml", f'[project]\nname = "{name}"\nversion = "{version}"\nrequires-python = ">=3.11"\n'
        )
    sources = "".join(f'{name} = {{ path = "{name}" }}\n' for name in names)
    write(
        "pyproject.toml",
        '[project]\nname = "Some_Model"\nversion = "1"\nrequires-python = ">=3.11, <3.14"\n'
        'dependencies = ["alpha>=1, <2"]\noptional-dependencies = { more = ["beta~=2.0"] }\n'
        '[dependency-groups]\ntest = ["gamma_X"]\ndev = [{include-group = "test"}]\n[tool.uv.sources]\n' + sources,
    )
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "lock", "--offline", "--quiet", "--python", sys.executable], check=True, cwd=root)
    return root


@pytest.mark.parametrize(
    ("old", "new", "stale"),
    [
        ("", "", False),
        ("alpha>=1, <2", "alpha<2,>=1", False),
        ('"gamma_X"', '"Gamma.x"', False),
        (">=3.11, <3.14", ">=3.11", True),
        ('"alpha>=1, <2"', "", True),
        ('"alpha>=1, <2"', '"alpha>=1, <2", "beta"', True),
        ('more = ["beta~=2.0"]', 'more = ["beta~=2.0", "alpha"]', True),
        ('more = ["beta~=2.0"]', "", True),
        ('test = ["gamma_X"]', "test = []", True),
        ('[{include-group = "test"}]', '[{include-group = "test"}, "alpha"]', True),
    ],
)
def test_a_lock_of_uv_is_as_stale_as_uv_says(
    project: Path, old: str, new: str, stale: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    text = Path("pyproject.toml").read_text(encoding="utf-8")
    write("pyproject.toml", text.replace(old, new, 1))
    uv = [Path(sys.executable).with_name("uv"), "lock", "--check", "--offline", "--quiet", "--python", sys.executable]

    assert subprocess.run(uv, check=False, capture_output=True, cwd=project).returncode == stale
    assert found(capsys) == (["pyproject.toml:1:1 MS811"] if stale else [])


def test_requirements_are_compared_as_installers_do() -> None:
    wanted = declared(table(PROJECT))
    assert {each.name for each in wanted["dev"]} == {"pytest", "ruff-lsp"}
    assert {each.name for each in wanted["[gpu]"]} == {"torch"}
    assert {(each.name, tuple(sorted(each.versions))) for each in wanted[""]} == {
        ("pandas", ("<3", ">=2.2")),
        ("mlops-spec", ("==1.0",)),
        ("x", ()),
    }


@pytest.mark.parametrize(
    "lock",
    ["", "[", "package = 3", "[[package]]\nname = 3", "package = [1, {name = 'm', metadata = {requires-dist = [1]}}]"],
)
def test_any_lock_is_read_without_a_stop(lock: str) -> None:
    read = table(lock)
    found = locked(read, "m")

    assert placed(read, "m") == set()
    assert found is None or differing(set(), found.get("", set()), set()) in ([], ["none"])


def test_files_that_vanish_while_they_are_read_are_not_there() -> None:
    def gone(path: str) -> bytes:
        raise FileNotFoundError(path)

    sizes = {"model.yaml": 1, "src/credit_default/predict.py": 9, "pyproject.toml": 1, "uv.lock": 1, ".dvc/config": 1}
    around = Repository("", sizes, gone)
    diagnostics = repository.lint_repository("model.yaml", MINIMAL, around, date(2026, 11, 23))
    assert {each.kind.code for each in diagnostics} == {"MS801", "MS803"}


def test_of_a_lock_only_what_is_said_about_the_project_is_read(project: Path) -> None:
    """The same is known of the project as when the whole file is read, wherever its package stands in it."""
    text, name = (project / "uv.lock").read_text(encoding="utf-8"), "Some_Model"
    whole = table(text)

    part = lock_of(text, name)

    assert len(part["package"]) == 1
    assert len(whole["package"]) == 4
    assert part["requires-python"] == whole["requires-python"]
    assert locked(part, name) == locked(whole, name)
    assert placed(part, name) == placed(whole, name)
    assert lock_of(text.replace("\n", "\r\n"), name) == table(text.replace("\n", "\r\n")), "another form is read whole"
    assert lock_of(text, "nobody") == whole
    assert lock_of(None, name) == {}


class TestOrigin:
    """What a clone knows of where it came from."""

    @pytest.fixture
    def clone(self, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Of a repository whose default branch is called otherwise."""
        commit = ["-c", "user.name=Ann", "-c", "user.email=ann@localhost", "commit", "-qm", "First"]
        for command in (["checkout", "-q", "-b", "trunk"], ["add", "--all"], commit):
            subprocess.run(["git", *command], check=True)
        subprocess.run(["git", "clone", "-q", str(root), str(tmp_path / "clone")], check=True)
        monkeypatch.chdir(tmp_path / "clone")
        return tmp_path / "clone"

    def test_the_spec_and_the_origin_name_one_default_branch(
        self, clone: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert found(capsys) == ["model.yaml:2:1 MS820"]
        write("model.yaml", f"{MINIMAL}branch: trunk\n")
        assert found(capsys) == []
        subprocess.run(["git", "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"], check=True)
        (place,) = found(capsys)
        assert place.endswith(":9 MS820")

    def test_a_further_work_tree_has_the_same_origin(
        self, clone: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        subprocess.run(["git", "worktree", "add", "-q", "../other", "-b", "other"], check=True)
        monkeypatch.chdir(clone.parent / "other")

        assert found(capsys) == ["model.yaml:2:1 MS820"]

    @pytest.mark.parametrize(
        ("url", "right"),
        [
            ("https://github.com/acme/credit.git", True),
            ("git@github.com:acme/credit.git", True),
            ("ssh://git@ssh.github.com:443/acme/credit.git", True),
            ("https://acme.ghe.com/acme/credit", True),
            ("work:acme/credit.git", True),
            ("../credit.git", True),
            ("file:///srv/credit.git", True),
            ("https://token@gitlab.com/acme/credit.git", False),
            ("git@github.acme.example:acme/credit.git", False),
            ("https://github.com.evil.example/acme/credit.git", False),
        ],
    )
    def test_it_lies_on_github(self, url: str, right: bool, capsys: pytest.CaptureFixture[str]) -> None:
        subprocess.run(["git", "remote", "add", "origin", url], check=True)

        assert found(capsys) == ([] if right else ["model.yaml:2:1 MS821"])


def test_what_the_last_run_measured_is_looked_at_though_git_passes_it_over(capsys: pytest.CaptureFixture[str]) -> None:
    write(".gitignore", "/build/\n")
    bound = MINIMAL.count("\n", 0, MINIMAL.index("min: ")) + 1

    told = []
    for low in (0.79, 0.50):
        measured = {"roc_auc": {"value": 0.8, "low": low, "high": 0.81}}
        write("build/evaluate/evaluation.json", json.dumps({"measures": measured, "slices": {}}))
        told.append(found(capsys))

    assert told == [[], [f"model.yaml:{bound}:10 MS823"]]


@pytest.mark.parametrize("written", ["", "[]", '{"measures": 1, "slices": [2]}', "{", '{"measures": {"roc_auc": []}}'])
def test_a_torn_evaluation_tells_nothing(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("build/evaluate/evaluation.json", written)
    write(".gitignore", "/build/\n")

    assert found(capsys) == []


def test_a_sample_is_held_against_the_contract_by_its_first_rows(capsys: pytest.CaptureFixture[str]) -> None:
    contract = "  contract:\n    columns:\n      age: {type: integer, min: 18, max: 120}\n"
    target = next(line for line in MINIMAL.splitlines(keepends=True) if line.startswith("  target:"))
    write("model.yaml", MINIMAL.replace(target, target + contract))
    name = target.split(":")[1].split("#")[0].strip()

    told = []
    for header, age in ((f"id,age,{name}", 40), (f"id,age,{name}", 4000), (f"id,alter,{name}", 40)):
        write("data/credit_default.csv", f"{header}\n1,{age},0\n2,{age},1\n")
        told.append([each.rpartition(" ")[2] for each in found(capsys)])

    assert told == [[], ["MS824"], ["MS824"]]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("SELECT * FROM a ORDER BY id", []),
        ("SELECT * FROM a order\n  by id -- by now()\n", []),
        ("SELECT * FROM a WHERE note <> 'order by' -- order by id", ["MS830"]),
        ("SELECT * FROM (SELECT * FROM a ORDER BY id) b", ["MS830"]),
        ("SELECT row_number() OVER (ORDER BY id) AS row FROM a", ["MS830"]),
        ("SELECT * FROM a WHERE opened > Current_Date - 90 ORDER BY id", ["MS831"]),
        ("SELECT * FROM a WHERE opened > date('now') ORDER BY id", ["MS831"]),
        ('SELECT "now ()", nowhere(1) FROM a ORDER BY id', []),
        ("SELECT * FROM a ORDER BY random() LIMIT 1000", ["MS831"]),
        (None, ["MS801"]),
    ],
)
def test_a_query_finds_the_same_rows_in_the_same_order(
    query: str | None, codes: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = next(line for line in MINIMAL.splitlines(keepends=True) if line.startswith("  path:"))
    write("model.yaml", MINIMAL.replace(path, "  path: {sql: queries/rows.sql, connection: env:WAREHOUSE_URL}\n"))
    write("data/rows.parquet.dvc", "outs: []\n")
    if query is not None:
        write("queries/rows.sql", query)

    assert [each.rpartition(" ")[2] for each in found(capsys)] == codes


def test_rows_that_nobody_imported_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    path = next(line for line in MINIMAL.splitlines(keepends=True) if line.startswith("  path:"))
    write("model.yaml", MINIMAL.replace(path, "  path: {sql: queries/rows.sql, connection: env:WAREHOUSE_URL}\n"))
    write("queries/rows.sql", "SELECT * FROM a ORDER BY id")

    assert [each.rpartition(" ")[2] for each in found(capsys)] == ["MS801"]
