"""The plan of a repository of many models: which are touched and why, in every form, and what is wrong with others."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git
from mlops_spec.ledger.append import append, head
from mlops_spec.ledger.record import Actor, Draft, FromWhat, Package, What, Who, Why
from mlops_spec.plan import Cause
from mlops_spec.plan.many.chains import trainings
from mlops_spec.plan.many.make import make_plans, plans_since_judged
from mlops_spec.plan.matrix import matrix
from tests.plan.repositories import EACH, Edit, commit, copied, edit, lock_text, render

if TYPE_CHECKING:
    from mlops_spec.plan.many import Plans

Each = tuple[Path, str]


@pytest.fixture
def root(each: Each, tmp_path: Path) -> Path:
    """A copy to change."""
    return copied(each[0], tmp_path)


def plans(root: Path, base: str | None = None) -> Plans:
    return make_plans(Git.open(root), base)


def causes(root: Path, base: str | None = None) -> dict[str, list[Cause]]:
    return {each.model: list(each.causes) for each in plans(root, base).affected}


def replaced(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text(encoding="utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new), encoding="utf-8")


def mlops_spec(root: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "mlops_spec", "plan", "-C", str(root), *args]
    return subprocess.run(words, check=False, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", **env})


class TestCauses:
    """Each kind, as the model it is about is told of it."""

    def test_nothing(self, root: Path) -> None:
        assert plans(root).affected == ()
        assert not plans(root).changes

    def test_a_shared_module(self, root: Path) -> None:
        edit(root, EACH, [Edit("shared module", 1)])

        assert causes(root) == {"m0": [Cause("input", "../../shared/b.py", added=1, removed=0)]}

    def test_a_parameter_a_gate_and_a_file(self, root: Path) -> None:
        replaced(root, "models/m3/model.yaml", "learning_rate: 0.1", "learning_rate: 0.2")
        replaced(root, "models/m3/model.yaml", "min: 0.7", "min: 0.8")
        (root / "models/m3/settings/b.txt").write_text("b\n")

        found = causes(root)["m3"]

        assert Cause("param", "train.params.learning_rate", "0.1", "0.2") in found
        assert Cause("input", "settings/b.txt", added=1, removed=0) in found
        assert Cause("gate", "roc_auc", None, "changed") in found

    def test_a_package_of_its_environment(self, root: Path) -> None:
        (root / "uv.lock").write_text(lock_text(EACH, {"skops": 2, "torch": 3}))

        found = causes(root)

        assert found["m1"] == [Cause("package", "skops", "1", "2")]
        assert found["m2"] == [Cause("package", "torch", "1", "3")]
        assert found.keys() == {"m1", "m2"}

    def test_what_another_model_makes(self, root: Path) -> None:
        edit(root, EACH, [Edit("settings", 0)])

        assert causes(root)["m2"] == [Cause("after", "m0:features")]
        assert matrix(trainings(plans(root)), 256)["include"][0]["models"] == "m0 m2"

    def test_what_all_share(self, root: Path) -> None:
        """A guard that is weaker for all is weaker for each."""
        project = (root / "pyproject.toml").read_text()
        shared = "[tool.mlops-spec.environments.production.promote]\napprovers = ['@acme/risk']\n"
        (root / "pyproject.toml").write_text(project + shared)
        base = commit(root)
        (root / "pyproject.toml").write_text(project)

        found = plans(root, base)

        assert {each.model for each in found.affected} == {"m0", "m1", "m2", "m3"}
        assert all(each.plan.weakened for each in found.affected)


class TestModels:
    """A model that comes, goes, moves or breaks."""

    def test_added(self, root: Path) -> None:
        shutil.copytree(root / "models/m3", root / "models/new model", ignore=shutil.ignore_patterns("build"))
        replaced(root, "models/new model/model.yaml", "model: m3", "model: new")

        (found,) = plans(root).affected

        assert (found.model, str(found.folder), found.trains) == ("new", "models/new model", True)
        assert found.causes[0].kind == "model"

    def test_renamed_folder(self, root: Path, each: Each) -> None:
        """Its name is what it is: nothing of it is new, and nothing is gone."""
        (root / "models/m3").rename(root / "models/größe drei")

        found = plans(root, each[1])

        assert found.removed == ()
        (moved,) = found.affected
        assert (moved.model, str(moved.moved_from), moved.trains, moved.causes) == ("m3", "models/m3", False, ())
        assert "  m3  was in models/m3\n" in mlops_spec(root, "--base", each[1]).stdout

    def test_renamed_folder_with_a_change(self, root: Path) -> None:
        (root / "models/m3").rename(root / "models/größe drei")
        replaced(root, "models/größe drei/model.yaml", "learning_rate: 0.1", "learning_rate: 0.2")

        (found,) = plans(root).affected

        assert (found.model, str(found.moved_from), found.trains) == ("m3", "models/m3", True)
        assert Cause("param", "train.params.learning_rate", "0.1", "0.2") in found.causes

    def test_another_model_in_a_folder(self, root: Path) -> None:
        replaced(root, "models/m3/model.yaml", "model: m3", "model: other")

        found = plans(root)

        assert [each.model for each in found.removed] == ["m3"]
        assert [(each.model, each.causes[0].kind) for each in found.affected] == [("other", "model")]

    def test_removed_with_what_is_live(self, root: Path) -> None:
        declared = root / "models/m3/deploy/production.yaml"
        digest = f"sha256:{'a' * 64}"
        said = f"environment: production\nmodel: m3\nversion: v1.2.0\ndigest: {digest}\nserial: 1\nbase_serial: 0\n"
        declared.write_text(said + "base_digest: null\nevidence: []\n")
        base = commit(root)
        shutil.rmtree(root / "models/m3")

        (found,) = plans(root, base).removed

        assert (found.model, found.live) == ("m3", (("production", "v1.2.0"),))
        assert "m3 (models/m3) is removed: live: v1.2.0 in production" in mlops_spec(root, "--base", base).stdout

    def test_a_broken_spec_holds_up_no_other(self, root: Path) -> None:
        edit(root, EACH, [Edit("parameter", 0)])
        replaced(root, "models/m3/model.yaml", "task: binary", "task: ternary")

        done = mlops_spec(root, "--exit-zero")

        assert done.returncode == Exit.USAGE
        assert "~ m0" in done.stdout
        assert "! models/m3: " in done.stdout
        assert "model.yaml:3:7" in done.stdout

    def test_two_of_one_name(self, root: Path) -> None:
        shutil.copytree(root / "models/m3", root / "models/copy", ignore=shutil.ignore_patterns("build"))

        found = plans(root)

        assert {str(folder) for folder, _ in found.broken} == {"models/m3", "models/copy"}
        assert "are of one name, `m3`" in found.broken[0][1].message


class TestBase:
    """What all are compared with."""

    def test_a_shallow_clone_is_not_guessed_about(self, root: Path, each: Each, tmp_path: Path) -> None:
        edit(root, EACH, [Edit("parameter", 0)])
        commit(root)
        clone = tmp_path / "clone"
        Git(tmp_path).run("clone", "--quiet", "--depth=1", f"file://{root}", str(clone))

        with pytest.raises(Failure, match="shallow"):
            plans(clone)
        with pytest.raises(Failure, match="no commit"):
            plans(clone, each[1])

    def test_a_base_without_that_model(self, root: Path) -> None:
        base = Git(root).commit_id()
        git = Git(root)
        git.run("rm", "-rq", "models/m3")
        without = commit(root)
        git.run("checkout", "-q", base, "--", "models/m3")

        (found,) = plans(root, without).affected

        assert found.model == "m3"
        assert found.plan.base.problem == f"{without[:12]} has no model of this name"
        assert plans(root, without).compares

    def test_a_base_without_any_model(self, root: Path) -> None:
        base = Git(root).commit_id()
        git = Git(root)
        git.run("rm", "-rq", *(shape.folder for shape in EACH.models))
        without = commit(root)
        git.run("checkout", "-q", base, "--", ".")

        assert not plans(root, without).compares
        assert plans(root, base).compares

    def test_a_submodule_counts_by_its_commit(self, root: Path, tmp_path: Path) -> None:
        other = tmp_path / "other"
        other.mkdir()
        (other / "x.txt").write_text("1\n")
        git = Git(other)
        for words in (["init", "-q"], ["config", "user.name", "T"], ["config", "user.email", "t@localhost"]):
            git.run(*words)
        commit(other)
        allowed = ("-c", "protocol.file.allow=always")
        subprocess.run(
            ["git", *allowed, "submodule", "--quiet", "add", str(other), "models/m3/settings/sub"], cwd=root, check=True
        )
        base = commit(root)
        assert plans(root, base).affected == ()
        (root / "models/m3/settings/sub/x.txt").write_text("2\n")
        Git(root / "models/m3/settings/sub").run(
            "-c", "user.name=T", "-c", "user.email=t@localhost", "commit", "-qam", "Change"
        )

        assert [each.model for each in plans(root, base).affected if each.trains] == ["m3"]


ROBOT = Who(actor=Actor(login="robot", kind="bot"))


class TestSinceJudged:
    """Each model since its newest record: what failed and did not change is not trained anew."""

    @pytest.fixture
    def judged(self, root: Path, tmp_path: Path) -> Path:
        """A remote whose ledger has a judgement of each model but m3 at the first commit."""
        git = Git(root)
        Git(tmp_path).run("init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
        git.run("remote", "add", "origin", str(tmp_path / "origin.git"))
        git.run("push", "--quiet", "origin", "main")
        append(git, head(git), [self.stopped(name, git.commit_id()) for name in ("m0", "m1", "m2")])
        return root

    @staticmethod
    def stopped(name: str, at: str) -> Draft:
        what = What(model=name, package=Package(digest=f"sha256:{'a' * 64}"))
        why = Why(kind="change", text="Change")
        return Draft(event="gate.outcome", who=ROBOT, what=what, why=why, result="fail", from_what=FromWhat(commit=at))

    def test_what_was_never_judged_is_touched(self, judged: Path) -> None:
        assert [each.model for each in plans_since_judged(Git.open(judged)).affected] == ["m3"]

    def test_two_merges_of_which_one_was_never_judged(self, judged: Path) -> None:
        """The run of the first merge was cancelled: the second one's catches up."""
        git = Git.open(judged)
        edit(judged, EACH, [Edit("parameter", 1)])
        commit(judged)
        edit(judged, EACH, [Edit("parameter", 2)])
        last = commit(judged)

        assert [each.model for each in plans_since_judged(git).affected if each.trains] == ["m2", "m3", "m1"]
        append(git, head(git), [self.stopped(name, last) for name in ("m1", "m2", "m3")])
        assert plans_since_judged(git).affected == ()

    def test_a_shallow_clone_has_not_what_was_judged(self, judged: Path, tmp_path: Path) -> None:
        edit(judged, EACH, [Edit("readme", 1)])
        commit(judged)
        Git(judged).run("push", "--quiet", "origin", "main")
        clone = tmp_path / "clone"
        Git(tmp_path).run("clone", "--quiet", "--depth=1", f"file://{tmp_path / 'origin.git'}", str(clone))

        with pytest.raises(Failure, match="shallow"):
            plans_since_judged(Git.open(clone))


class TestForms:
    """What people, summaries and machines are told."""

    @pytest.fixture
    def told(self, root: Path, tmp_path: Path) -> dict[str, Any]:
        edit(root, EACH, [Edit("shared module", 1), Edit("readme", 3)])
        outputs, out, summary = tmp_path / "outputs", tmp_path / "plan.json", tmp_path / "summary.md"
        outputs.touch()
        args = ("--matrix", "256", "--out", str(out), "--summary", str(summary))
        done = mlops_spec(root, *args, GITHUB_ACTIONS="true", GITHUB_OUTPUT=str(outputs))
        lines = outputs.read_text().splitlines()
        said = {lines[n].partition("<<")[0]: lines[n + 1] for n in range(0, len(lines), 3)}
        return {"done": done, "json": json.loads(out.read_text()), "page": summary.read_text(), "outputs": said}

    def test_all_of_them(self, told: dict[str, Any]) -> None:
        done, data, page, outputs = told["done"], told["json"], told["page"], told["outputs"]

        assert (done.returncode, done.stderr) == (Exit.FINDINGS, "")
        assert done.stdout.startswith("1 of 4 models is touched, 1 trains · compared with ")
        assert "~ m0  ../../shared/b.py (+1 −0)\n" in done.stdout
        assert (data["count"], [each["model"] for each in data["models"]]) == (4, ["m0"])
        assert data["models"][0]["plan"]["model"] == "m0"
        assert "| m0 | yes |" in page
        assert page.count("<details>") == 1
        assert (outputs["trains"], outputs["compares"]) == ("true", "true")
        assert json.loads(outputs["matrix"])["include"] == [
            {"group": "m0", "models": "m0", "runner": '"ubuntu-24.04"', "minutes": 60, "seconds": 60}
        ]

    def test_a_folder_between(self, root: Path) -> None:
        done = mlops_spec(root / "models")

        assert done.returncode == Exit.USAGE
        assert "neither a model's folder nor the repository's root" in done.stderr

    def test_two_bases(self, root: Path) -> None:
        assert mlops_spec(root, "--base", "HEAD", "--since-judged").returncode == Exit.USAGE

    def test_one_model_in_its_folder(self, root: Path) -> None:
        edit(root, EACH, [Edit("shared module", 1)])

        assert mlops_spec(root / "models/m0").stdout.startswith("m0: 5 of 5 stages will run")


def test_rendering_is_no_cause(root: Path) -> None:
    render(root, EACH)

    assert plans(root).affected == ()
