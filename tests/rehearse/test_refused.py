"""Changes of rendered workflows that github.com refuses: `lint` finds each, or the hub says no in GitHub's words.

refused.yaml has them as data. `by` is a code of the linter, or what the hub says. Where GitHub starts the run and
refuses what a job then does, `job` is the workflow's file and the job, and `asks` what the job asks for with its token:
`fetch` or `push` by git, `assume` the role that it names, `secret NAME`, or a call of the API; `app` in front asks with
the token that its step `app` gets.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import yaml

from mlops_spec.lint.repository import lint_repository
from mlops_spec.lint.specs import lint_text
from mlops_spec.lint.workflows import lint_workflows
from mlops_spec.platforms.github.workflow.files import files
from mlops_spec.rehearse import cast
from mlops_spec.rehearse.author import signed_in
from mlops_spec.rehearse.copies import title_of, tokens_of
from mlops_spec.rehearse.events import Event
from mlops_spec.rehearse.hub import identity
from mlops_spec.rehearse.hub.permissions import by_default
from mlops_spec.rehearse.hub.workflow_files import parse
from mlops_spec.rehearse.jobs import Given, Plan, plan
from mlops_spec.rehearse.private import SUBJECTS
from mlops_spec.rehearse.scopes import Scopes
from mlops_spec.repository.view import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.rehearse.hub.tokens import JobToken

RENDERED = Path(__file__).parent.parent / "render"
DAY = date(2026, 11, 23)
PROJECT = '[project]\nname = "credit-default"\ndependencies = ["dvc[s3]>=3.60", "mlops-spec[run]"]\n'
HELD = {"promotion-bot": "MLOPS_APP_KEY", "monitoring": "MLOPS_APP_KEY"}  # the secret that an environment holds


class Seed(NamedTuple):
    """One change, and by whom it is refused."""

    id: str
    repository: str
    file: str
    find: str
    replace: str
    by: str
    job: str = ""
    asks: str = ""

    @property
    def clean(self) -> dict[str, str]:
        """The repository's files that matter, by path."""
        folder = RENDERED / self.repository
        found = {path: content.decode() for path, content in files(folder / "expected").items()}
        config = (folder / "expected" / ".dvc/config").read_text(encoding="utf-8")
        spec = (folder / "model.yaml").read_text(encoding="utf-8")
        return {**found, ".dvc/config": config, "model.yaml": spec, "pyproject.toml": PROJECT}

    @property
    def seeded(self) -> dict[str, str]:
        text = self.clean[self.file]
        assert text.count(self.find) == 1, f"{self.id}: `find` is not once in {self.file}"
        return {**self.clean, self.file: text.replace(self.find, self.replace)}


SEEDS = [Seed(**each) for each in yaml.safe_load(Path(__file__).with_name("refused.yaml").read_text(encoding="utf-8"))]
BY_LINT = [seed for seed in SEEDS if seed.by.startswith("MS")]
AT_START = [seed for seed in SEEDS if not seed.asks and seed not in BY_LINT]
AT_WORK = [seed for seed in SEEDS if seed.asks]


def name_of(seed: Seed) -> str:
    return seed.id


def codes(texts: Mapping[str, str]) -> set[str]:
    """What the linter finds in a repository."""
    spec, content = texts["model.yaml"], {path: text.encode() for path, text in texts.items()}
    given = {path: each for path, each in content.items() if path.startswith(".github/")}
    around = Repository("", {path: len(each) for path, each in content.items()}, content.__getitem__)
    found = [
        *lint_text("model.yaml", spec, DAY),
        *itertools.chain.from_iterable(lint_workflows("", given, spec.encode()).values()),
        *lint_repository("model.yaml", spec, around, DAY),
    ]
    return {each.kind.code for each in found}


def plans(texts: Mapping[str, str]) -> dict[str, Plan]:
    """The plan of each workflow that an event starts, by its file's name."""
    workflows = {Path(path).name: text for path, text in texts.items() if path.startswith(".github/workflows/")}
    given = Given(by_default("read"), frozenset({"GITHUB_TOKEN"}))
    started = [name for name, text in workflows.items() if set(parse(text.encode())["on"]) != {"workflow_call"}]
    return {name: plan(workflows, name, given, repository="acme/churn", commit="c0ffee") for name in started}


def test_there_are_many_and_each_is_one_change() -> None:
    assert len(SEEDS) >= 60
    assert len({seed.id for seed in SEEDS}) == len(SEEDS)
    assert min(map(len, (BY_LINT, AT_START, AT_WORK))) >= 5


@pytest.mark.parametrize("repository", sorted({seed.repository for seed in SEEDS}))
def test_what_is_rendered_is_not_refused(repository: str) -> None:
    texts = Seed("", repository, "", "", "", "").clean

    assert not {code for code in codes(texts) if code.startswith("MS5") or code in {"MS818", "MS819"}}
    assert [problem for each in plans(texts).values() for problem in each.problems] == []


@pytest.mark.parametrize("seed", BY_LINT, ids=name_of)
def test_lint_finds_it(seed: Seed) -> None:
    assert seed.by in codes(seed.seeded) - codes(seed.clean)


@pytest.mark.parametrize("seed", AT_START, ids=name_of)
def test_the_hub_starts_none_of_it(seed: Seed) -> None:
    problems = [problem for each in plans(seed.seeded).values() for problem in each.problems]

    assert [problem for problem in problems if seed.by in problem], problems


@pytest.mark.parametrize("seed", AT_WORK, ids=name_of)
def test_the_hub_refuses_what_the_job_asks_for(seed: Seed, stage: Any) -> None:
    assert seed.by not in answer(seed, seed.clean, stage)
    assert seed.by in answer(seed, seed.seeded, stage)


def answer(seed: Seed, texts: Mapping[str, str], stage: Any) -> str:
    """What the job is told to what it asks for."""
    file, _, ids = seed.job.partition(" ")
    found = plans(texts)[file]
    assert not found.problems
    job = next(job for job in found.jobs if "/".join(job.ids) == ids)
    event = Event("push", {}, "c0ffee", "main", "alice")
    given = tokens_of(found, event, title_of(texts[f".github/workflows/{file}"], file), 7, "acme/churn")
    token = next(each for each in given if each.job == ids)
    written = parse(texts[f".github/workflows/{job.file}"].encode())["jobs"][ids.rpartition("/")[2]]
    with stage.hub.known([token]):
        return told(seed.asks, token, written, stage)


def told(asks: str, token: JobToken, written: dict[str, Any], stage: Any) -> str:
    what, _, rest = asks.partition(" ")
    if what == "assume":
        (role,) = [step["with"]["role-to-assume"] for step in written["steps"] if "role-to-assume" in str(step)]
        return assume(stage, token, role)
    if what == "secret":
        stage.hub.settings.secrets |= {place: {name: "a key"} for place, name in HELD.items()}
        return secret(stage, token, written, rest)
    value = app_token(stage, written) if what == "app" else token.value
    method, _, path = (rest if what == "app" else asks).partition(" ")
    return by_git(stage, value, method) if not path else by_api(stage, value, method, path)


def assume(stage: Any, token: JobToken, role: str) -> str:
    """As the trust policies of the scenario `private-bucket` have it; the store that it plays on says so itself."""
    if token.permissions.get("id-token") != "write":
        return "Credentials could not be loaded"
    allowed = [f"{identity.prefix(stage.hub)}:{end}" for end in SUBJECTS[role]]
    known = identity.subject(stage.hub, token) in allowed
    return "assumed" if known else "Not authorized to perform sts:AssumeRoleWithWebIdentity"


def secret(stage: Any, token: JobToken, written: dict[str, Any], step: str) -> str:
    """What the job's environment has for the key of this step."""
    (inputs,) = [each["with"] for each in written["steps"] if each.get("id") == step]
    name = inputs["private-key"].removeprefix("${{ secrets.").removesuffix(" }}")
    scopes = Scopes.of(stage.hub.settings, untrusted=False)
    held = {**scopes.shared[0], **scopes.secrets.get(token.environment, {})}
    return held.get(name) or "client-id and private-key are required"


def app_token(stage: Any, written: dict[str, Any]) -> str:
    """As the stand-in of `actions/create-github-app-token` asks for it."""
    (inputs,) = [step["with"] for step in written["steps"] if step.get("id") == "app"]
    asked = {name.removeprefix("permission-"): level for name, level in inputs.items() if "permission-" in name}
    body = {"permissions": {name.replace("-", "_"): level for name, level in asked.items()}}
    app = next(person for person in cast.cast() if person.login == cast.APP)
    stage.hub.people = (*stage.hub.people, app)
    return str(call(stage, app.key, "POST", "/app/installations/1/access_tokens", body)["token"])


def by_api(stage: Any, token: str, method: str, path: str) -> str:
    return str(call(stage, token, method, path, {}))


def call(stage: Any, token: str, method: str, path: str, body: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    data = json.dumps(body).encode() if method != "GET" else None
    try:
        with urlopen(Request(stage.api_url + path, data, headers, method=method), timeout=30) as answered:
            return json.load(answered)
    except HTTPError as error:
        return json.load(error)


def by_git(stage: Any, token: str, what: str) -> str:
    """What git prints that reads the repository, or pushes a tag; `push-workflows` one with another workflow file."""
    server = f"{stage.api_url}/acme/churn.git"
    stage.hub.server_url = stage.api_url
    if what == "push-workflows":
        (stage.clone / ".github/workflows").mkdir(parents=True, exist_ok=True)
        (stage.clone / ".github/workflows/mlops-merge.yml").write_text("on: push\n")
    for args in (("add", "-A"), ("commit", "--quiet", "--allow-empty", "--message", "Work")):
        who = ("-c", "user.name=alice", "-c", "user.email=alice@example.org")
        subprocess.run(["git", "-C", stage.clone, *who, *args], check=True)
    tag = f"HEAD:refs/tags/churn@v1.{stage.hub.next_id()}.0"
    command = ["ls-remote", server] if what == "fetch" else ["push", server, tag]
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **signed_in(stage.api_url, token)}
    git = ["git", "-C", stage.clone, *command]
    done = subprocess.run(git, check=False, env=environment, capture_output=True, text=True)
    return done.stdout + done.stderr
