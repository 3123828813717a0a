"""What rendered workflows may do, what they run, and that nothing hostile runs with them."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlops_spec.platforms.github.pins import ACTIONS

HERE = Path(__file__).parent
READ, WRITE = "read", "write"

# security.md d.3: what each job's token may do; a job that is not here may not exist.
PERMISSIONS = {
    "mlops-pull-request/check": {"contents": READ},
    "mlops-pull-request/announce": {"contents": READ, "pull-requests": WRITE},
    "mlops-pull-request/train": {"contents": READ},
    "mlops-pull-request/comment": {"contents": READ, "pull-requests": WRITE},
    "mlops-pull-request/judged": {},
    "mlops-train/train": {"contents": READ},
    "mlops-train/stopped": {"contents": WRITE},
    "mlops-merge/train": {"contents": WRITE},
    "mlops-merge/register": {"contents": WRITE},
    "mlops-merge/deploy-*": {"contents": WRITE},
    "mlops-merge/propose-*": {"contents": WRITE, "pull-requests": WRITE},
    "mlops-merge/check-*": {"contents": READ, "statuses": WRITE},
    "mlops-promote-*/plan": {"contents": READ, "pull-requests": READ},
    "mlops-promote-*/deploy": {"contents": WRITE, "pull-requests": READ},
    "mlops-promote-*/record": {"contents": WRITE},
    "mlops-promote-*/propose-*": {"contents": WRITE, "pull-requests": WRITE},
    "mlops-promote-*/check-*": {"contents": READ, "statuses": WRITE},
    "mlops-promote-*/score": {"contents": WRITE, "pull-requests": READ},
    "mlops-merge/score-*": {"contents": WRITE, "pull-requests": READ},
    "mlops-merge/record-*": {"contents": WRITE},
    "mlops-score-*/score": {"contents": WRITE, "pull-requests": READ},
}
# What provenance by GitHub adds.
TRIED = {
    "mlops-try/pin": {"contents": READ, "pull-requests": READ, "statuses": WRITE},
    "mlops-try/train": {"contents": READ},
    "mlops-try/say": {"contents": READ, "pull-requests": WRITE, "statuses": WRITE},
}
ATTESTED = {
    "mlops-train/attest": {"id-token": WRITE, "attestations": WRITE},
    "mlops-merge/train": {"contents": WRITE, "id-token": WRITE, "attestations": WRITE},
    "mlops-merge/register": {"contents": WRITE, "attestations": READ},
}
# What signing in to a storage by the job's identity adds, to what reads and to what writes there.
IDENTITY = {"id-token": WRITE}
WRITERS, READERS = ("mlops-train/train", "mlops-merge/train"), ("mlops-monitor/monitor",)
SCORERS = ("mlops-score-*/score", "mlops-promote-*/score", "mlops-merge/score-*")
READING = ("mlops-monitor/monitor", "mlops-pull-request/train", "mlops-try/train")
MONITOR = {"contents": WRITE, "issues": WRITE, "pull-requests": WRITE}

TRAIN = "uv sync --locked --no-dev"
OWN = (
    "github.event.pull_request.head.repo.full_name == github.repository"
    " && github.event.pull_request.user.login != 'dependabot[bot]'"
)
LIGHT = "uv sync --locked --only-group ops"
RUN = "uv run --no-sync mlops-spec "
SUMMARY = '--summary "${GITHUB_STEP_SUMMARY}"'

CHECK = [LIGHT, RUN + "lint --format github", RUN + "render --check", RUN + 'promote check "${ENVIRONMENT}"']

# The commands of each job, in their order, shell lines of GitHub's own tool aside.
COMMANDS = {
    "mlops-pull-request/check": [
        LIGHT,
        RUN + "lint --format github",
        RUN + "render --check",
        RUN + f'plan --base "${{BASE}}" --exit-zero --out build/plan.json {SUMMARY}',
    ],
    "mlops-pull-request/announce": [
        LIGHT,
        RUN + 'comment --pull-request "${NUMBER}" --plan received/plan.json --plan-digest "${PLAN}"',
    ],
    "mlops-pull-request/train": [
        TRAIN,
        RUN + "run",
        RUN + "gate --out build/gate.json",
        RUN + "drill --out build/drill.json",
        RUN + f"report --out build/report.json {SUMMARY}",
    ],
    "mlops-pull-request/comment": [
        LIGHT,
        RUN
        + 'comment --pull-request "${NUMBER}" \\\n  --plan received/plan.json --plan-digest "${PLAN}" '
        + '--report received/report.json --report-digest "${REPORT}"\n',
    ],
    "mlops-try/pin": [LIGHT, RUN + 'trial begin --pull-request "${NUMBER}"'],
    "mlops-try/train": [
        TRAIN,
        RUN + f'plan --base "${{BASE}}" --exit-zero --out build/plan.json {SUMMARY}',
        RUN + "run",
        RUN + "gate --out build/gate.json",
        RUN + "drill --out build/drill.json",
        RUN + f"report --out build/report.json {SUMMARY}",
    ],
    "mlops-try/say": [
        LIGHT,
        RUN
        + 'comment --pull-request "${NUMBER}" \\\n  --plan received/plan.json --plan-digest "${PLAN}" '
        + '--report received/report.json --report-digest "${REPORT}"\n',
        RUN + 'trial end --commit "${HEAD}" --result "${RESULT}"',
    ],
    "mlops-train/train": [
        TRAIN,
        RUN + "run --push",
        RUN + "gate --out build/gate.json --failed judged",
        RUN + f"report --out build/report.json {SUMMARY}",
        RUN + "bundle --out dist",
    ],
    "mlops-train/stopped": [LIGHT, RUN + 'record --bundle judged --digest "${DIGEST}"'],
    "mlops-merge/register": [LIGHT, RUN + 'register --bundle dist --digest "${DIGEST}"'],
    "mlops-merge/deploy-*": [
        LIGHT,
        RUN + 'promote ask "${ENVIRONMENT}" --version "${VERSION}" --digest "${DIGEST}" --wait "${WAIT}"',
        RUN + 'promote close "${ENVIRONMENT}"',
    ],
    "mlops-merge/propose-*": [LIGHT, RUN + 'promote open "${ENVIRONMENT}" --version "${VERSION}"'],
    "mlops-merge/check-*": CHECK,
    "mlops-promote-*/plan": [LIGHT, RUN + "audit verify", RUN + 'promote plan "${ENVIRONMENT}"'],
    "mlops-promote-*/deploy": [
        LIGHT,
        RUN + 'promote ask "${ENVIRONMENT}" --version "${VERSION}" --digest "${DIGEST}" --wait "${WAIT}"',
    ],
    "mlops-promote-*/record": [LIGHT, RUN + 'promote close "${ENVIRONMENT}"'],
    "mlops-promote-*/propose-*": [LIGHT, RUN + 'promote open "${ENVIRONMENT}" --version "${VERSION}"'],
    "mlops-promote-*/check-*": CHECK,
    "mlops-monitor/monitor": [TRAIN, RUN + "monitor"],
    "mlops-merge/record-*": [LIGHT, RUN + 'promote close "${ENVIRONMENT}"'],
    "mlops-score-*/score": [
        TRAIN,
        "asked=()\n"
        '[[ -z "${DAY}" ]] || asked+=(--day "${DAY}")\n'
        '[[ -z "${SINCE}" ]] || asked+=(--since "${SINCE}")\n'
        + RUN
        + 'score "${ENVIRONMENT}" "${asked[@]}" --take-over \\\n'
        '  --repository "${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}" --state "${RUNNER_TEMP}/scoring"\n',
    ],
}

HOSTILE = (
    *("$(touch canary)", "`touch canary`", "; touch canary", "& touch canary &", "| touch canary", "\n touch canary\n"),
    *("'; touch canary; '", '"; touch canary; "', "${IFS}touch${IFS}canary", "$((x[$(touch canary)]))", "-h", "--help"),
    *("a b  c", "*", "~", "\\", '\\"', "!!", "%s%n", "()", "{a,b}", "x=$(touch canary)", ">canary", "<(touch canary)"),
    *("() { :; }; touch canary", "\t", "é漢🙂", "#", "a\nb", "-o/tmp/canary", "@canary", "x' -o canary '"),
)


def loaded(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(
        path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return found


def jobs(root: Path) -> dict[str, dict[str, Any]]:
    """The jobs of a rendered repository by `workflow/job`."""
    return {
        f"{path.stem}/{name}": job
        for path in sorted((root / ".github" / "workflows").glob("*.yml"))
        for name, job in loaded(path)["jobs"].items()
    }


def family(name: str) -> str:
    """`mlops-promote-production/propose-eu` is one of `mlops-promote-*/propose-*`."""
    return re.sub(r"(mlops-promote|mlops-score|deploy|propose|check|/score|/record)-[^/]+", r"\1-*", name)


def read_by(spec: dict[str, Any]) -> Any:
    """What the storage gives to pull requests: a role, names of secrets, or nothing."""
    storage = spec.get("storage", {})
    reads = storage.get("pull_requests", "read") == "read"
    return next((each.get("read") for each in storage.get("sign_in", {}).values()), None) if reads else None


def signing_in(spec: dict[str, Any]) -> list[str]:
    """The jobs that get an identity token for the storage."""
    given = spec.get("storage", {}).get("sign_in", {})
    if "secrets" in given or not given:
        return []
    (held,) = given.values()
    readers = READERS if held.get("read") and "monitor" in spec else ()
    scorers = SCORERS if held.get("score") else ()
    return [*WRITERS, *readers, *scorers, *(["mlops-pull-request/train", "mlops-try/train"] if read_by(spec) else [])]


def steps(root: Path) -> list[dict[str, Any]]:
    return [step for job in jobs(root).values() for step in job.get("steps", [])]


@pytest.fixture(
    params=[
        "full",
        "minimal",
        "attested",
        "travels",
        "lived-in",
        "aws",
        "google",
        "azure",
        "secrets",
        "sample",
        "after-merge",
    ]
)
def tree(request: pytest.FixtureRequest) -> Path:
    return HERE / str(request.param) / "expected"


def test_no_job_may_do_more_than_the_table_says(variants: list[Path]) -> None:
    for root in variants:
        spec = yaml.safe_load((root / "model.yaml").read_text(encoding="utf-8"))
        attested = spec.get("governance", {}).get("provenance") == "github"
        table = {**PERMISSIONS, **(ATTESTED if attested else {})}
        if "monitor" in spec:
            table["mlops-monitor/monitor"] = MONITOR
        if read_by(spec) is not None:
            table |= TRIED
        for name in signing_in(spec):
            table[name] = {**table[name], **IDENTITY}

        found = jobs(root)

        assert {family(name) for name in found} <= table.keys()
        assert {name: job["permissions"] for name, job in found.items()} == {n: table[family(n)] for n in found}


def test_no_workflow_may_do_anything_by_default(variants: list[Path]) -> None:
    for root in variants:
        for path in (root / ".github" / "workflows").glob("*.yml"):
            workflow = loaded(path)
            assert workflow["permissions"] == {}
            assert workflow["defaults"] == {"run": {"shell": "bash"}}


def test_no_expression_stands_in_a_shell_line(variants: list[Path]) -> None:
    for root in variants:
        for step in steps(root):
            assert "${{" not in step.get("run", "")


def test_every_action_is_pinned_to_a_commit_of_the_lock(variants: list[Path]) -> None:
    locked = {f"{action.ref} # {action.version}" for action in ACTIONS.values()}

    found = {
        line.split(" uses: ")[1]
        for root in variants
        for path in (root / ".github" / "workflows").glob("*.yml")
        for line in path.read_text(encoding="utf-8").splitlines()
        if " uses: " in line
    }

    own = {f"$/.github/workflows/mlops-{name}.yml" for name in ("train", "score-nightly", "score-late")}
    assert {name.strip('"') for name in found - locked} == own
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action.ref) for action in ACTIONS.values())


def test_jobs_run_the_commands_that_they_are_to_run(tree: Path) -> None:
    for name, job in jobs(tree).items():
        commands = [step["run"] for step in job.get("steps", []) if "uv " in step.get("run", "")]
        wanted = COMMANDS.get(family(name), [])
        if name == "mlops-pull-request/train" and tree.parent.name == "sample":
            wanted = [
                TRAIN,
                RUN + "run --sample",
                wanted[2],
                wanted[4],
            ]  # and no drill, which a sample decides nothing of
        if name == "mlops-train/train" and tree.parent.name in ("sample", "after-merge"):
            drill = next(each for each in COMMANDS["mlops-pull-request/train"] if "drill" in each)
            wanted = [*wanted[:3], drill, *wanted[3:]]  # what no pull request had the data for
        assert commands == wanted, name


def test_jobs_wait_for_one_another() -> None:
    found = {name: job.get("needs", []) for name, job in jobs(HERE / "travels" / "expected").items()}

    assert found == {
        "mlops-merge/train": [],
        "mlops-merge/register": "train",
        "mlops-merge/deploy-staging": "register",
        "mlops-merge/propose-production": ["register", "deploy-staging"],
        "mlops-merge/check-production": "propose-production",
        "mlops-merge/deploy-shadow": "register",
        "mlops-monitor/monitor": [],
        "mlops-promote-branches/plan": [],
        "mlops-promote-branches/deploy": "plan",
        "mlops-promote-branches/record": ["plan", "deploy"],
        "mlops-promote-production/plan": [],
        "mlops-promote-production/deploy": "plan",
        "mlops-promote-production/record": ["plan", "deploy"],
        "mlops-promote-production/propose-branches": ["plan", "deploy"],
        "mlops-promote-production/check-branches": "propose-branches",
        "mlops-pull-request/check": [],
        "mlops-pull-request/announce": "check",
        "mlops-pull-request/train": "check",
        "mlops-pull-request/comment": ["check", "train"],
        "mlops-train/train": [],
        "mlops-train/stopped": "train",
    }


def test_a_deployment_stands_in_its_environment_and_waits_as_long_as_the_canary_takes() -> None:
    found = jobs(HERE / "travels" / "expected")

    production = found["mlops-promote-production/deploy"]
    asking = next(step for step in production["steps"] if "promote ask" in step.get("run", ""))
    assert production["environment"] == "production"
    assert asking["env"]["WAIT"] == "20m"  # 15 and three steps of 90 seconds
    assert production["timeout-minutes"] > 20
    assert found["mlops-merge/deploy-staging"]["environment"] == "staging"


def test_only_what_always_runs_runs_always(variants: list[Path]) -> None:
    """A deployment never starts after a failure; only the record of its outcome does."""
    for root in variants:
        for name, job in jobs(root).items():
            records = family(name).endswith(("/record", "/record-*"))
            assert ("always()" in job.get("if", "")) == (records or name.endswith(("mlops-try/say", "/judged")))
            for step in job.get("steps", []):
                assert "continue-on-error" not in step
                assert ("always()" in step.get("if", "")) == (
                    any(ends in step.get("run", "") for ends in ("promote close", "trial end")) and not records
                )


def test_what_a_gate_stopped_is_recorded_and_nothing_else_runs_then(variants: list[Path]) -> None:
    for root in variants:
        found = {name: job["if"] for name, job in jobs(root).items() if "failure()" in job.get("if", "")}

        assert found == {"mlops-train/stopped": "${{ failure() && needs.train.outputs.judged != '' }}"}


def test_a_pull_request_trains_unless_its_plan_says_that_nothing_could_change(variants: list[Path]) -> None:
    for root in variants:
        found = jobs(root)
        if "mlops-pull-request/train" not in found:
            assert loaded(root / "model.yaml")["storage"]["pull_requests"] == "after-merge"
            continue
        check, train = found["mlops-pull-request/check"], found["mlops-pull-request/train"]
        planning = next(step for step in check["steps"] if "mlops-spec plan" in step.get("run", ""))
        assert check["outputs"]["trains"] == f"${{{{ steps.{planning['id']}.outputs.trains }}}}"
        alone = "" if read_by(loaded(root / "model.yaml")) is None else f" && {OWN}"
        assert train["if"] == f"${{{{ needs.check.outputs.trains == 'true'{alone} }}}}"
        assert "needs.train.result != 'skipped'" in found["mlops-pull-request/comment"]["if"]


def test_who_is_in_a_team_is_read_with_a_token_of_the_app_that_may_do_nothing_else(variants: list[Path]) -> None:
    for root in variants:
        spec = yaml.safe_load((root / "model.yaml").read_text(encoding="utf-8"))
        for name, environment in spec.get("environments", {}).items():
            approvers = environment.get("promote", {}).get("approvers") or spec["owners"]
            for job in ("plan", "deploy"):
                found = jobs(root).get(f"mlops-promote-{name}/{job}", {"steps": []})
                asking = [step for step in found["steps"] if "TEAM_TOKEN" in str(step.get("env"))]
                tokens = [step["with"] for step in found["steps"] if "app-token@" in step.get("uses", "")]
                asks = any("/" in owner for owner in approvers) and bool(found["steps"])
                assert len(asking) == len(tokens) == int(asks), (name, job)
                for token in tokens:
                    assert {key: token[key] for key in token if key.startswith("permission-")} == {
                        "permission-members": "read"
                    }


def test_pull_requests_are_opened_with_a_token_of_the_app_that_may_do_nothing_else(variants: list[Path]) -> None:
    """Where there is one, whose pull requests start their checks; the monitor goes on without what it can't have."""
    for root in variants:
        for name, job in jobs(root).items():
            given = [step["with"] for step in job.get("steps", []) if step.get("id") == "app"]
            opens = name.endswith("/monitor") or "/propose-" in name
            if name.endswith("/register"):
                assert [each.get("permission-workflows") for each in given] == ["write"] * len(given)
                continue
            assert len(given) == int(opens), name
            for token in given:
                assert {key: token[key] for key in token if key.startswith("permission-")} == {
                    "permission-contents": "write",
                    "permission-pull-requests": "write",
                }
                last = job["steps"][-1]
                handed = [value for value in last["env"].values() if "steps.app.outputs.token" in value]
                assert len(handed) == 1
                assert (last.get("if") == "${{ !cancelled() }}") == name.endswith("/monitor")


def test_every_job_has_a_limit_and_a_runner_of_a_fixed_version(variants: list[Path]) -> None:
    for root in variants:
        for name, job in jobs(root).items():
            if "uses" not in job:
                assert name.endswith("/train") or job["runs-on"] == "ubuntu-24.04"
                assert 1 <= job["timeout-minutes"] <= 360
                assert job["runs-on"] in ("ubuntu-24.04", "ubuntu-24.04-arm", "ubuntu-24.04-a100.large_2")


def test_nothing_but_a_newer_push_of_a_pull_request_cancels_a_run(variants: list[Path]) -> None:
    for root in variants:
        for path in (root / ".github" / "workflows").glob("*.yml"):
            workflow = loaded(path)
            # a called workflow's own would be its caller's: the job that scores queues by itself
            scores = path.stem.startswith("mlops-score-")
            concurrency = (workflow["jobs"]["score"] if scores else workflow).get("concurrency")
            if path.stem == "mlops-train":
                assert concurrency is None
            elif path.stem in ("mlops-pull-request", "mlops-try"):
                assert concurrency["cancel-in-progress"] is True
            else:
                assert concurrency["cancel-in-progress"] is False
                assert (concurrency.get("queue") == "max") == (path.stem != "mlops-monitor")


def test_a_pull_request_gets_no_secret_and_what_may_write_runs_none_of_its_code(variants: list[Path]) -> None:
    for root in variants:
        text = (root / ".github" / "workflows" / "mlops-pull-request.yml").read_text(encoding="utf-8")
        if read_by(loaded(root / "model.yaml")) is None:
            assert "secrets." not in text
            assert "id-token" not in text
        for name, job in jobs(root).items():
            may_write = any(job["permissions"].get(scope) == WRITE for scope in ("contents", "pull-requests"))
            if name.startswith("mlops-pull-request/") and may_write:
                checkout = job["steps"][0]["with"]
                assert checkout["ref"] == "${{ github.event.pull_request.base.sha }}"
                assert "github.event.pull_request.head.repo.full_name == github.repository" in job["if"]
                assert all(s["with"]["path"] == "received" for s in job["steps"] if "download" in s.get("uses", ""))


def test_a_job_signs_in_as_whom_it_must_and_no_other_does(variants: list[Path]) -> None:
    """Training after a merge may write, in its environment; the monitor and pull requests of own branches read."""
    seen = set()
    for root in variants:
        spec = loaded(root / "model.yaml")
        given = next(iter(spec.get("storage", {}).get("sign_in", {}).values()), {})
        for name, job in jobs(root).items():
            writes, reads, scores = name == "mlops-train/train", name in READING, family(name) == SCORERS[0]
            wanted = given.get("write" if writes else "read" if reads else "score") if writes + reads + scores else None
            if not name.startswith("mlops-monitor") and reads and read_by(spec) is None:
                wanted = None
            for step in job.get("steps", []):
                held = step.get("with", {})
                who = held.get("role-to-assume") or held.get("service_account")
                if "azure/login" in step.get("uses", ""):
                    who = held["client-id"]
                if who:
                    assert who == wanted, name
                    seen.add((name, who))
                named = [key for key, value in step.get("env", {}).items() if value == f"${{{{ secrets.{key} }}}}"]
                if named:
                    assert named == wanted, name
                    assert any(f"mlops-spec {verb}" in step["run"] for verb in ("run", "gate", "monitor", "score"))
                    seen.add((name, *named))
            if wanted:
                assert any(place == name for place, *_ in seen), name
                assert environment(job) in (
                    *("training", "monitoring", "reading", "pull-requests", None),
                    *(["scoring"] if scores else []),
                )
    assert {family(name) for name, *_ in seen} == {"mlops-train/train", SCORERS[0], *READING}


def test_a_called_workflow_declares_the_secrets_that_it_reads_and_its_caller_passes_each(variants: list[Path]) -> None:
    for root in variants:
        names = loaded(root / "model.yaml").get("storage", {}).get("sign_in", {}).get("secrets", {}).get("write", [])
        called = loaded(root / ".github" / "workflows" / "mlops-train.yml")[True]["workflow_call"]  # `on`
        assert list(called.get("secrets", {})) == names
        passed = jobs(root)["mlops-merge/train"].get("secrets", {})
        assert passed == {name: f"${{{{ secrets.{name} }}}}" for name in names}
        scores = loaded(root / "model.yaml").get("storage", {}).get("sign_in", {}).get("secrets", {}).get("score", [])
        for name, job in jobs(root).items():
            if family(name) in SCORERS[1:]:
                assert job.get("secrets", {}) == {name: f"${{{{ secrets.{name} }}}}" for name in scores}


def test_checkouts_leave_no_token_behind_and_nothing_is_cached(variants: list[Path]) -> None:
    for root in variants:
        for step in steps(root):
            uses = step.get("uses", "")
            if "checkout@" in uses:
                assert step["with"]["persist-credentials"] is False
            if "setup-uv@" in uses:
                assert step["with"]["enable-cache"] is False
            assert "actions/cache" not in uses


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stand-ins for the programs that the shell lines call: each writes down its arguments."""
    folder = tmp_path_factory.mktemp("bin")
    for name in ("uv", "gh"):
        (folder / name).write_text('#!/bin/sh\nprintf "%s\\0" "$@" >> "${ARGUMENTS}"\n')
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_shell_line_runs_what_its_environment_holds(text: str, programs: Path, tmp_path: Path) -> None:
    """Each shell line, executed by bash as GitHub does, with every expression's value hostile."""
    found = {
        step["run"]: {name: text if "${{" in value else value for name, value in step.get("env", {}).items()}
        for case in ("full", "attested", "travels")
        for step in steps(HERE / case / "expected")
        if "run" in step
    }
    arguments = tmp_path / "arguments"
    for number, (script, values) in enumerate(found.items()):
        file = tmp_path / f"{number}.sh"
        file.write_text(script)
        arguments.write_text("")
        # what GitHub sets itself, as hostile
        given = dict.fromkeys(("GITHUB_REPOSITORY", "GITHUB_SHA", "GITHUB_STEP_SUMMARY"), text)
        environment = {**given, **values, "ARGUMENTS": str(arguments), "PATH": f"{programs}{os.pathsep}{os.defpath}"}

        subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(file)],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            timeout=20,
            check=False,
        )

        assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".sh") == ["arguments"], script
        named = set(re.findall(r'"\$\{([A-Z_]+)\}"', script)) & {*given, *values}
        if script.startswith("uv "):
            got = arguments.read_text().split("\0")
            assert [got.count({**given, **values}[name]) > 0 for name in named] == [True] * len(named), script


def environment(job: dict[str, Any]) -> str | None:
    """The name of a job's environment."""
    written = job.get("environment")
    return written["name"] if isinstance(written, dict) else written


def test_only_what_deploys_is_a_deployment(variants: list[Path]) -> None:
    """Environments that hold a secret or a branch limit leave the list of deployments to those of the spec."""
    for root in variants:
        names = set(loaded(root / "model.yaml").get("environments", {}))
        for name, job in jobs(root).items():
            if "environment" in job:
                assert isinstance(job["environment"], str) == (environment(job) in names), name
                assert isinstance(job["environment"], str) or job["environment"]["deployment"] is False


def test_the_version_is_pushed_by_the_app_that_may_push_workflow_files(variants: list[Path]) -> None:
    """Where environments are promoted into, and so the App's key has its place."""
    for root in variants:
        promoted = any(
            each["after"] != "merge" for each in loaded(root / "model.yaml").get("environments", {}).values()
        )
        register = jobs(root)["mlops-merge/register"]
        pushes = next(step for step in register["steps"] if "mlops-spec register" in step.get("run", ""))
        tokens = [step["with"] for step in register["steps"] if step.get("id") == "app"]
        assert ("MLOPS_SPEC_PUSH_TOKEN" in pushes["env"]) == promoted == bool(tokens)
        assert environment(register) == ("promotion-bot" if promoted else None)
