"""The comment on a pull request of the local forge: one, kept up to date, whatever its inputs try."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mlops_spec.git import Git, Update
from mlops_spec.plan import Base, Cause, Plan, StagePlan
from mlops_spec.plan.data import as_data
from mlops_spec.platforms.github.api import GitHub, pulls
from mlops_spec.platforms.github.api.comments import create, of_issue
from mlops_spec.rehearse.hub import Hub, Person, serving
from mlops_spec.rehearse.hub.origin import Origin
from mlops_spec.review.comment import MARKER
from mlops_spec.spec.weakening import Weakening

from .conftest import SPEC, honest

if TYPE_CHECKING:
    from collections.abc import Iterator

PEOPLE = (
    Person("alice", 101, "alice-token"),
    Person("github-actions[bot]", 41898282, "bot-token", type="Bot"),
)
PLAN = Plan(
    model="credit-default",
    base=Base(None, "credit-default@v1.4.0"),
    files=(),
    stages=(
        StagePlan("split", ()),
        StagePlan("train", (Cause("param", "train.params.learning_rate", "0.08", "0.05"),)),
    ),
    gates=(),
    gate_count=9,
    champions=("production",),
    environments=(),
    weakened=(Weakening("gates/roc_auc", "min 0.76 → 0.74"),),
    guardians=("@acme/risk",),
    seconds=240.0,
    past_runs=8,
)


@dataclass(frozen=True)
class Desk:
    """A clone with main's spec, and a pull request of Alice's."""

    root: Path
    api: str
    number: int

    def github(self, token: str = "bot-token") -> GitHub:
        return GitHub("acme/credit", token, self.api)

    def comment(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """As the workflow calls it."""
        command = [sys.executable, "-m", "mlops_spec", "comment", "--pull-request", str(self.number), *arguments]
        environment = {
            **os.environ,
            "GITHUB_REPOSITORY": "acme/credit",
            "GITHUB_TOKEN": "bot-token",
            "GITHUB_API_URL": self.api,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_RUN_ID": "42",
        }
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, check=False)

    def bodies(self) -> list[str]:
        return [comment.body or "" for comment in of_issue(self.github(), self.number)]

    def write(self, name: str, content: Any) -> str:
        (self.root / name).write_text(json.dumps(content))
        return str(self.root / name)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    origin = Origin.create(tmp_path / "origin.git")
    with serving(Hub("acme/credit", origin, PEOPLE, "https://github.com")) as api:
        Git(tmp_path).run("clone", "--quiet", str(origin.path), str(tmp_path / "clone"))
        git = Git.open(tmp_path / "clone")
        git.run("symbolic-ref", "HEAD", "refs/heads/main")
        now = datetime(2026, 11, 23, tzinfo=UTC)
        files: dict[str, bytes | None] = {"model.yaml": yaml.safe_dump(SPEC).encode()}
        main = git.write_commit(git.write_tree(None, files), message="Begin", when=now)
        change = git.write_commit(git.write_tree(main, {"x": b"1"}), parents=[main], message="Change", when=now)
        git.push(Update("refs/heads/main", main, None), Update("refs/heads/change", change, None))
        git.run("reset", "--hard", "--quiet", main)
        github = GitHub("acme/credit", "alice-token", api)
        pull = pulls.create(github, title="Change", head="change", base="main", body="")
        yield Desk(tmp_path / "clone", api, pull.number)


def test_the_plan_comes_first_and_the_report_takes_its_place(desk: Desk) -> None:
    plan = desk.write("plan.json", as_data(PLAN))

    done = desk.comment("--plan", plan)
    assert done.returncode == 0, done.stderr
    (first,) = desk.bodies()
    assert first.startswith(f"{MARKER}\n### Plan: 1 guard weakened")
    assert "~ train  train.params.learning_rate 0.08 → 0.05" in first

    done = desk.comment("--plan", plan, "--report", desk.write("report.json", honest()))
    assert done.returncode == 0, done.stderr
    (second,) = desk.bodies()
    assert second.startswith(f"{MARKER}\n### credit-default: ✅ pass")
    assert "### Plan: 1 guard weakened" in second
    assert "[Run](https://github.com/acme/credit/actions/runs/42)" in second
    assert done.stdout.strip().startswith("https://")


def test_many_runs_leave_one_comment_and_others_theirs(desk: Desk) -> None:
    """A contributor can write our marker; that comment is not ours."""
    create(desk.github("alice-token"), desk.number, f"{MARKER}\n### credit-default: ✅ pass")
    report = desk.write("report.json", honest())

    for _ in range(3):
        assert desk.comment("--report", report).returncode == 0

    assert len(desk.bodies()) == 2


def test_a_verdict_that_the_numbers_do_not_bear_out_is_not_repeated(desk: Desk) -> None:
    lying = honest()
    lying["gates"][2].update(value=0.6, low=0.58, high=0.62)

    assert desk.comment("--report", desk.write("report.json", lying)).returncode == 0

    (body,) = desk.bodies()
    assert body.splitlines()[1].startswith("### credit-default: ❌ fail")


def test_that_nothing_is_live_is_asked_of_the_ledger(desk: Desk) -> None:
    first = honest()
    next(gate for gate in first["gates"] if gate["kind"] == "champion").update(
        value=None, low=None, high=None, bound=None
    )
    first["against"] = None

    assert desk.comment("--report", desk.write("report.json", first)).returncode == 0

    (body,) = desk.bodies()
    assert body.splitlines()[1].startswith("### credit-default: ✅ pass")


def test_a_hostile_plan_is_shown_but_does_nothing(desk: Desk) -> None:
    attack = "```\n# hi\n@octocat <img src=x> [a](https://evil.example) <!-- mlops-spec -->"
    record = as_data(PLAN)
    record["model"] = "``` @octocat"
    record["weakened"] = [{"where": attack, "what": attack}]
    record["stages"][1]["causes"][0]["after"] = attack

    assert desk.comment("--plan", desk.write("plan.json", record)).returncode == 0

    (body,) = desk.bodies()
    for mark in ("@octocat", "<img", "](https://evil", "<!-- mlops-spec -->\n#"):
        assert mark not in body.removeprefix(MARKER)
    lines = body.splitlines()
    fences = [number for number, line in enumerate(lines) if line.startswith("```")]
    assert len(fences) == 2
    assert not any(line.startswith("# ") for line in lines)


@pytest.mark.parametrize(
    ("content", "said"),
    [("{", "is not JSON"), ("[]", "is no JSON object"), ("{}", "is no plan"), (" " * 60_001, "60,000 bytes")],
)
def test_what_is_no_plan_is_refused_and_nothing_is_posted(desk: Desk, content: str, said: str) -> None:
    (desk.root / "plan.json").write_text(content)

    done = desk.comment("--plan", str(desk.root / "plan.json"))

    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert desk.bodies() == []


def digest(path: str) -> str:
    return f"sha256:{hashlib.sha256(Path(path).read_bytes()).hexdigest()}"


def test_what_was_handed_over_is_posted(desk: Desk) -> None:
    plan, report = desk.write("plan.json", as_data(PLAN)), desk.write("report.json", honest())

    done = desk.comment(
        "--plan", plan, "--plan-digest", digest(plan), "--report", report, "--report-digest", digest(report)
    )

    assert done.returncode == 0, done.stderr
    assert "✅ pass" in desk.bodies()[0]


@pytest.mark.parametrize("replaced", ["plan", "report"])
@pytest.mark.parametrize("handed", ["another", "", "none", "upper"])
def test_what_another_job_replaced_is_refused_and_nothing_is_posted(desk: Desk, replaced: str, handed: str) -> None:
    """By a file that is sound in itself; an output that a job left empty is not one that was left out."""
    files = {"plan": desk.write("plan.json", as_data(PLAN)), "report": desk.write("report.json", honest())}
    digests = {name: digest(path) for name, path in files.items()}
    digests[replaced] = {"another": f"sha256:{0:064}", "upper": digests[replaced].upper()}.get(handed, handed)

    options = [part for name in files for part in (f"--{name}", files[name], f"--{name}-digest", digests[name])]
    done = desk.comment(*options)

    assert (done.returncode, desk.bodies()) == (1, [])
    assert f"{replaced}.json is sha256:" in done.stderr
    assert "another job replaced it" in done.stderr


def test_neither_plan_nor_report_is_wrong_usage(desk: Desk) -> None:
    done = desk.comment()

    assert done.returncode == 2
    assert "name a --plan, a --report, or both" in done.stderr


def test_commenting_needs_the_light_core_alone(desk: Desk) -> None:
    """The job that may write installs nothing of training."""
    code = (
        "import sys; import mlops_spec.cli.report, mlops_spec.review.comment, mlops_spec.review.build; "
        "print(*sorted({'numpy', 'pandas', 'sklearn', 'dvc', 'pyarrow', 'mlops_validators'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""
