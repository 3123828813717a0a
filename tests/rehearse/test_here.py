"""One's own repository, rehearsed: what it lacks is said at once, and it is only read."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec import __version__, model_folder
from mlops_spec.engines import objects
from mlops_spec.engines.dvc import tracking
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git
from mlops_spec.lint.load import load_spec
from mlops_spec.outputs.rendered import rendered
from mlops_spec.rehearse import cast
from mlops_spec.rehearse.here import needs
from mlops_spec.rehearse.here.checkout import Checkout
from mlops_spec.rehearse.here.copied import Copied, copied
from mlops_spec.rehearse.here.people import enrol
from mlops_spec.rehearse.here.scenes import scenario
from mlops_spec.rehearse.hub import Hub
from mlops_spec.rehearse.hub.origin import Origin
from mlops_spec.render.write import write

if TYPE_CHECKING:
    from collections.abc import Mapping

STARTER = Path(__file__).parent.parent.parent / "template" / "starter" / "blank"
DATA = "data/my_model.csv"
PERSON = {f"GIT_{role}_{what}": "t@localhost" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
FOREIGN = "on: push\njobs: {a: {runs-on: ubuntu-24.04, steps: [{uses: someone/else@v1}]}}\n"


def git(root: Path, *args: str) -> str:
    return subprocess.run(
        ["git", *args], cwd=root, env=os.environ | PERSON, check=True, capture_output=True, text=True
    ).stdout.strip()


def commit(root: Path, message: str) -> str:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", message)
    return git(root, "rev-parse", "HEAD")


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The blank starter as `new` makes it, with a lock that says no more than which mlops-spec there is."""
    root = tmp_path_factory.mktemp("here") / "visits"
    shutil.copytree(STARTER, root, ignore=shutil.ignore_patterns("__pycache__", ".*_cache", ".venv", "build"))
    git(root, "init", "--quiet", "--initial-branch=main")
    tracking.initialise(root, remote="../../storage")
    tracking.track(root, DATA)
    (root / "uv.lock").write_text(f'version = 1\n\n[[package]]\nname = "mlops-spec"\nversion = "{__version__}"\n')
    write(root, rendered(root, load_spec(root / model_folder.SPEC)))
    commit(root, "Start")
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return shutil.copytree(made, tmp_path / "visits", symlinks=True)


@pytest.fixture
def branch(root: Path) -> Path:
    """A commit on a branch, with somebody's own workflow, an edit that no commit has, and a file that Git ignores."""
    git(root, "switch", "--quiet", "--create", "bolder")
    (root / ".github/workflows/ci.yml").write_text(FOREIGN)
    edit(root / "model.yaml", "{C: 1.0}", "{C: 0.5}")
    commit(root, "Penalise more")
    edit(root / "README.md", "\n", "\nEdited.\n")
    (root / "notes.txt").write_text("new\n")
    (root / ".gitignore").write_text((root / ".gitignore").read_text() + "ignored.txt\n")
    (root / "ignored.txt").write_text("mine\n")
    return root


def clone(root: Path, tmp_path: Path, *, committed: bool = False) -> Copied:
    return copied(Checkout.of(root, committed=committed), tmp_path / "clone", tmp_path / "storage", PERSON)


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def said(checkout: Checkout, code: Exit = Exit.CONFIG) -> str:
    with pytest.raises(Failure) as refused:
        needs.refuse(checkout)
    assert refused.value.exit_code == code
    return refused.value.message


def test_what_is_proposed_is_what_is_here(branch: Path, tmp_path: Path) -> None:
    sides = clone(branch, tmp_path)

    changed = sides.git.text("diff", "--name-only", sides.base, sides.head).splitlines()
    assert changed == [".gitignore", "README.md", "model.yaml", "notes.txt"]
    assert "{C: 0.5}" in sides.git.run("show", f"{sides.head}:model.yaml").decode()
    assert sides.git.is_ancestor(git(branch, "rev-parse", "main"), sides.base)


def test_edits_are_left_out_where_that_is_asked_for(branch: Path, tmp_path: Path) -> None:
    sides = clone(branch, tmp_path, committed=True)

    assert sides.git.text("diff", "--name-only", sides.base, sides.head).splitlines() == ["model.yaml"]


def test_a_removed_file_is_removed(root: Path, tmp_path: Path) -> None:
    (root / "README.md").unlink()

    sides = clone(root, tmp_path)

    assert sides.git.text("diff", "--name-status", sides.base, sides.head) == "D\tREADME.md"


def test_a_branch_that_main_has_left_behind(branch: Path, tmp_path: Path) -> None:
    """The pull request shows what the branch changed, and main keeps what it has gained."""
    git(branch, "stash", "--quiet", "--include-untracked")
    git(branch, "switch", "--quiet", "main")
    (branch / "later.txt").write_text("later\n")
    commit(branch, "Later")
    git(branch, "switch", "--quiet", "bolder")

    sides = clone(branch, tmp_path)

    assert sides.git.text("diff", "--name-only", f"{sides.base}...{sides.head}") == "model.yaml"
    assert sides.git.run("show", f"{sides.base}:later.txt") == b"later\n"


def test_nothing_to_propose_begins_with_the_first_push(root: Path, tmp_path: Path) -> None:
    sides = clone(root, tmp_path)

    titles = [scene.title for scene in scenario(Checkout.of(root, committed=False)).scenes]
    assert sides.base == sides.head
    assert titles == [
        "a copy of visits",
        "first push",
        "agent staging",
        "promotion to production, approved and merged",
        "agent production",
        "audit verify",
    ]


def test_a_branch_begins_with_its_pull_request(branch: Path) -> None:
    titles = [scene.title for scene in scenario(Checkout.of(branch, committed=False)).scenes]

    assert titles[1:3] == ["pull request #1 “Penalise more”", "#1 approved and merged"]


def test_storage_is_a_folder_of_the_rehearsal_on_both_sides(root: Path, tmp_path: Path) -> None:
    config = root / ".dvc/config"
    config.write_text(
        "[core]\n    remote = s\n    autostage = true\n['remote \"s\"']\n    url = s3://b/k\n    region = eu\n"
        "    verify = true\n['remote \"t\"']\n    url = s3://b/t\n[cache]\n    dir = /mnt/shared\n"
    )
    commit(root, "Store elsewhere")

    sides = clone(root, tmp_path)

    assert sides.git.run("show", f"{sides.base}:.dvc/config").decode() == (
        "[core]\n    remote = s\n    autostage = true\n"
        f"['remote \"s\"']\n    url = {tmp_path / 'storage'}\n    verify = true\n"
    )


def test_the_storage_of_the_spec_is_rendered_as_that_folder(root: Path, tmp_path: Path) -> None:
    roles = "{read: 'arn:aws:iam::123456789012:role/r', write: 'arn:aws:iam::123456789012:role/w'}"
    with (root / "model.yaml").open("a") as spec:
        spec.write(
            f"\nstorage:\n  url: s3://acme/visits\n  region: eu-central-1\n  # ours\n\n  sign_in:\n    aws: {roles}\n"
        )
    write(root, rendered(root, load_spec(root / model_folder.SPEC)), adopt=[PurePosixPath(".dvc/config")])
    commit(root, "Store in S3")

    sides = clone(root, tmp_path)

    assert load_spec(sides.git.directory / model_folder.SPEC).storage is not None
    for name in sides.git.text("ls-tree", "-r", "--name-only", sides.base, ".github/workflows", ".dvc").splitlines():
        assert b"s3://" not in sides.git.run("show", f"{sides.base}:{name}")
        assert b"role/" not in sides.git.run("show", f"{sides.base}:{name}")


def test_the_checkout_is_only_read(branch: Path, tmp_path: Path) -> None:
    (tmp_path / "storage.theirs").mkdir()
    before = hashes(branch)

    checkout = Checkout.of(branch, committed=False)
    needs.refuse(checkout)
    sides = copied(checkout, tmp_path / "clone", tmp_path / "storage", PERSON)
    objects.copy(objects.tracked(sides.git.tree(sides.head)), objects.places(branch), tmp_path / "storage")

    assert hashes(branch) == before


def test_data_is_found_in_the_cache_or_in_a_folder(root: Path, tmp_path: Path) -> None:
    tree = Git(root).tree()
    wanted = objects.tracked(tree)
    assert [each.path for each in wanted] == [DATA]

    shutil.move(root / ".dvc/cache", tmp_path / "storage")  # a clone after a push
    assert objects.lacking(wanted, objects.places(root)) == []
    assert objects.copy(wanted, objects.places(root), tmp_path / "copy") == 1

    assert (tmp_path / "copy" / wanted[0].place).read_bytes() == (root / DATA).read_bytes()


def test_a_folder_is_whole_or_lacking(tmp_path: Path) -> None:
    listed = json.dumps([{"md5": "aabb", "relpath": "one"}, {"md5": "ccdd", "relpath": "two"}])
    folder = objects.Object("data/images", "eeff.dir")
    for name, content in (("ee/ff.dir", listed), ("aa/bb", "1")):
        place = tmp_path / "files/md5" / name
        place.parent.mkdir(parents=True)
        place.write_text(content)

    assert objects.lacking([folder], [tmp_path]) == [folder]

    (tmp_path / "files/md5/cc").mkdir()
    (tmp_path / "files/md5/cc/dd").write_text("2")
    assert objects.lacking([folder], [tmp_path]) == []
    assert objects.copy([folder], [tmp_path], tmp_path / "copy") == 3


def test_everything_that_is_missing_is_said_at_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No uv, no data, no lock, not rendered, a runner of one's own."""
    shutil.rmtree(root / ".dvc/cache")
    git(root, "rm", "--quiet", "uv.lock")
    edit(root / ".github/workflows/mlops-train.yml", "runs-on: ubuntu-24.04", "runs-on: gpu-linux")
    monkeypatch.setattr(needs, "_PROGRAMS", ("act", "an-uv-that-nobody-has"))

    message = said(Checkout.of(root, committed=False))

    assert "can't be rehearsed yet; nothing was started\n1. " in message
    for part in (
        "an-uv-that-nobody-has\n   pip install 'mlops-spec[rehearse]'",
        "there is no uv.lock, from which every job installs\n   uv lock",
        "mlops-train.yml: runs on gpu-linux, which no machine here is",
        f"neither the cache nor a folder has the data {DATA}\n   dvc pull",
    ):
        assert part in message


def test_a_spec_that_is_wrong_is_the_spec_s_fault(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(root / "model.yaml", "metric: roc_auc\n    min", "metric: roc_auc\n    mim")
    monkeypatch.chdir(root)

    done = subprocess.run(
        [sys.executable, "-m", "mlops_spec", "rehearse", "--here"], capture_output=True, text=True, check=False
    )

    assert done.returncode == Exit.USAGE
    assert "model.yaml:" in done.stderr
    assert "unknown key `mim`" in done.stderr


def test_another_default_branch_than_the_spec_says(root: Path) -> None:
    git(root, "branch", "--move", "main", "trunk")

    message = said(Checkout.of(root, committed=False), Exit.USAGE)

    assert "the default branch is trunk, and model.yaml says `branch: main`" in message


def test_what_lint_finds(root: Path) -> None:
    (root / ".github/workflows/own.yml").write_text(
        "on: push\njobs: {a: {runs-on: ubuntu-24.04, steps: [{run: mlops-spec rendr}]}}\n"
    )

    assert "own.yml:" in said(Checkout.of(root, committed=False))


def test_a_submodule_with_edits(root: Path, tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    git(tmp_path / "lib", "init", "--quiet")
    (tmp_path / "lib/file").write_text("1")
    commit(tmp_path / "lib", "One")
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "lib"), "lib")
    commit(root, "Add lib")
    (root / "lib/file").write_text("2")

    assert "the submodule lib holds edits that no commit has" in said(Checkout.of(root, committed=False))


def test_a_shallow_clone(root: Path, tmp_path: Path) -> None:
    edit(root / "README.md", "\n", "\nMore.\n")
    commit(root, "More")
    git(tmp_path, "clone", "--quiet", "--depth=1", root.as_uri(), "shallow")

    assert "git fetch --unshallow" in said(Checkout.of(tmp_path / "shallow", committed=False))


@pytest.mark.parametrize("what", ["no repository", "no commit", "no spec"])
def test_a_folder_that_is_no_model_s_repository(tmp_path: Path, what: str) -> None:
    if what != "no repository":
        git(tmp_path, "init", "--quiet")
    if what == "no spec":
        (tmp_path / "file").touch()
        commit(tmp_path, "One")

    with pytest.raises(Failure) as refused:
        needs.refuse(Checkout.of(tmp_path, committed=False))

    assert refused.value.exit_code == (Exit.USAGE if what == "no spec" else Exit.CONFIG)


def test_whoever_is_named_is_there_to_approve(root: Path, tmp_path: Path) -> None:
    edit(root / "model.yaml", 'owners: ["@acme/credit"]', 'owners: ["@acme/credit", "@zoe"]')
    edit(root / "model.yaml", "promote: {approvals: 1}", 'promote: {approvals: 2, approvers: ["@acme/risk", "@yan"]}')
    write(root, rendered(root, load_spec(root / model_folder.SPEC)))
    commit(root, "Name people")
    hub = Hub("acme/visits", Origin.create(tmp_path / "origin.git"), cast.cast(), "")

    reviewers = enrol(hub, Git(root).tree(), load_spec(root / model_folder.SPEC))

    assert set(reviewers) == {"zoe", "yan", "bob", "carol"}
    assert hub.teams == {"acme/credit": ("bob", "carol"), "acme/risk": ("bob", "carol")}
    assert all(hub.person(login) for login in reviewers)
    assert hub.settings.secrets["production"] == {"MLOPS_APP_KEY": hub.account(cast.APP).key}


def command(*args: str | Path, cwd: Path) -> str:
    environment: Mapping[str, str] = (
        os.environ | PERSON | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    )
    done = subprocess.run(list(map(str, args)), cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rehearsed(root: Path, into: Path) -> dict[str, Any]:
    """The answer of `rehearse --here` as a user of that repository gets it; everything of theirs is as it was."""
    before = hashes(root)
    played: dict[str, Any] = json.loads(
        command(sys.executable, "-m", "mlops_spec", "rehearse", "--here", "--into", into, "--format", "json", cwd=root)
    )
    assert hashes(root) == before
    return played


@pytest.mark.slow
@pytest.mark.e2e
@pytest.mark.xdist_group("e2e")
def test_a_clone_with_edits_on_a_branch_of_another_default_branch(tmp_path: Path) -> None:
    """The data lie in the folder that is the remote; main is called trunk; a commit and an edit are proposed."""
    made, root = tmp_path / "made", tmp_path / "clone"
    command("mlops-spec", "new", made, "--starter", "blank", "--name", "visits", "--defaults", cwd=tmp_path)
    command(sys.executable, "-m", "dvc", "push", "--quiet", cwd=made)
    git(made, "branch", "--move", "main", "trunk")
    edit(made / "model.yaml", "model: visits\n", "model: visits\nbranch: trunk\n")
    command("mlops-spec", "render", cwd=made)
    commit(made, "Call it trunk")
    git(tmp_path, "clone", "--quiet", made, "clone")
    git(root, "switch", "--quiet", "--create", "bolder")
    edit(root / "model.yaml", "{C: 1.0}", "{C: 0.5}")
    command("mlops-spec", "render", cwd=root)
    commit(root, "Penalise more")
    edit(root / "README.md", "\n", "\nEdited.\n")

    played = rehearsed(root, tmp_path / "played")

    assert played["as_expected"], played["steps"]
    told = [step["verdict"] for step in played["steps"]]
    assert "trunk at" in told[0]
    assert "1 edits that no commit has (README.md)" in told[0]
    assert "gates pass" in told[1]
    assert told[2] == "v1.0.0 registered"
    assert set(played["live"]) == {"staging", "production"}


@pytest.mark.slow
@pytest.mark.e2e
@pytest.mark.xdist_group("e2e")
@pytest.mark.parametrize("starter", ["credit-default", "images", "text", "forecast"])
def test_a_starter_that_nobody_has_changed(tmp_path: Path, starter: str) -> None:
    command("mlops-spec", "new", tmp_path / "mine", "--starter", starter, "--defaults", cwd=tmp_path)

    played = rehearsed(tmp_path / "mine", tmp_path / "played")

    assert played["as_expected"], played["steps"]
    assert [step["title"] for step in played["steps"]][:2] == ["a copy of mine", "first push"]
    assert {name: each["version"] for name, each in played["live"].items()} == {
        "staging": "v1.0.0",
        "production": "v1.0.0",
    }


PLAIN = """\
stages:
  train:
    cmd: python -m visits.train
    deps: [data/visits.csv, src/visits]
    outs: [build/model]
"""
ANSWERED = """\
spec: 1
model: visits
task: binary-classification
owners: ["@acme/ml"]
data: {path: data/visits.csv, target: visited, positive: 1, id: id}
train: {run: python -m visits.train, params: {C: 1.0}, features: {exclude: [id]}, format: skops}
gates:
  - {metric: roc_auc, min: 0.6}
environments:
  staging: {after: merge}
"""


@pytest.mark.slow
@pytest.mark.e2e
@pytest.mark.xdist_group("e2e")
def test_a_pull_request_that_adopts_a_pipeline(tmp_path: Path) -> None:
    """Main knows DVC alone: no spec, no workflow, no rule."""
    root = tmp_path / "visits"
    command("mlops-spec", "new", root, "--starter", "blank", "--defaults", cwd=tmp_path)
    for name in (".mlops", ".github", "deploy"):
        shutil.rmtree(root / name)
    for name in ("model.yaml", "MODEL_CARD.md"):
        (root / name).unlink()
    (root / "dvc.yaml").write_text(PLAIN)
    commit(root, "Plain DVC")
    git(root, "switch", "--quiet", "--create", "adopt")
    command("mlops-spec", "adopt", cwd=root)
    (root / "model.yaml").write_text(ANSWERED)
    command("mlops-spec", "render", "--adopt", "dvc.yaml", cwd=root)
    commit(root, "Adopt mlops-spec")

    played = rehearsed(root, tmp_path / "played")

    assert played["as_expected"], played["steps"]
    assert "gates pass" in played["steps"][1]["verdict"]
    assert played["live"]["staging"]["version"] == "v1.0.0"
