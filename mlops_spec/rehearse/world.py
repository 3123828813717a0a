"""The world of a rehearsal: a forge with its repository and people, a machine for workflows, somebody's clone."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec import ledger
from mlops_spec.git import Git, GitError
from mlops_spec.layout import MAIN_BRANCH
from mlops_spec.platforms.github import variables
from mlops_spec.platforms.github.api import GitHub, comments, pulls
from mlops_spec.rehearse import cast, environments, events, guards
from mlops_spec.rehearse.act import Runner
from mlops_spec.rehearse.author import Author
from mlops_spec.rehearse.hub import Hub, identity, serving
from mlops_spec.rehearse.hub.origin import Origin
from mlops_spec.rehearse.hub.workflow_files import WORKFLOWS, parse
from mlops_spec.rehearse.workflow_runs import WorkflowRuns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from mlops_spec.ledger import Record
    from mlops_spec.platforms.github.api.shapes import Comment, PullRequest
    from mlops_spec.rehearse.hub.people import Person
    from mlops_spec.rehearse.run import Run

_PLACES_OF_THE_APP = ("promotion-bot", "monitoring")  # as SECURITY.md has it: the jobs of no other see its key


@dataclass
class Cloud:
    """What leads to a bucket, in the environment of the author, of hosts and of jobs; jobs get in by signing in."""

    author: Mapping[str, str] = field(default_factory=dict, repr=False)
    hosts: Mapping[str, str] = field(default_factory=dict, repr=False)
    jobs: Mapping[str, str] = field(default_factory=dict)


@dataclass
class World:
    """Everything is below `folder`."""

    folder: Path
    repository: str
    hub: Hub
    api_url: str
    workflows: WorkflowRuns
    cloud: Cloud

    @property
    def runs(self) -> list[Run]:
        """The workflow runs so far."""
        return self.workflows.ended

    @property
    def clone(self) -> Path:
        """The author's clone."""
        return self.folder / self.repository.partition("/")[2]

    @property
    def git(self) -> Git:
        return Git(self.clone, token=self.person(cast.AUTHOR).token, server=self.hub.server_url)

    @property
    def main(self) -> str:
        """The branch that pull requests go into."""
        return self.hub.settings.default_branch

    @property
    def author(self) -> Author:
        """Who works in that clone."""
        return Author(self.person(cast.AUTHOR), self.clone, self.hub.server_url, self.main, self.cloud.author)

    @property
    def url(self) -> str:
        """What is cloned."""
        return f"{self.hub.server_url}/{self.repository}.git"

    def person(self, login: str) -> Person:
        return self.hub.account(login)

    def forge(self, login: str) -> GitHub:
        """The forge's API as somebody sees it."""
        return GitHub(self.repository, self.person(login).token, self.api_url)

    def command(self, *args: str, directory: Path | None = None) -> str:
        """Runs `mlops-spec …` as the author would, and returns what it printed.

        Raises:
            Failure: it failed.
        """
        return self.author.run(sys.executable, "-m", "mlops_spec", *args, directory=directory)

    def attempt(
        self, *args: str, login: str = cast.AUTHOR, directory: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs `mlops-spec …`, in the clone where nothing is said, with somebody's token for the forge, however it
        ends."""
        token = {variables.REPOSITORY: self.repository, variables.TOKEN: self.person(login).token}
        urls = {variables.API_URL: self.api_url, variables.SERVER_URL: self.hub.server_url}
        environment = {**self.author.environment, **token, **urls}
        command = [sys.executable, "-m", "mlops_spec", *args]
        here = directory or self.clone
        return subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, check=False)

    def first_push(self) -> None:
        """The author's repository and its data go to the forge, which is guarded by the rulesets that came along."""
        self.author.run(sys.executable, "-m", "dvc", "push", "--quiet")
        self.push_first(self.main)

    def push_first(self, *refs: str) -> None:
        """References of the author's clone go to the empty forge, and its main says what guards it."""
        self.author.run("git", "remote", "add", "origin", self.url)
        self.author.run("git", "push", "--quiet", "--set-upstream", "origin", *refs)
        guards.set_up(self.hub, self.main)

    def propose(self, branch: str, title: str, body: str) -> PullRequest:
        """Pushes the author's branch and opens a pull request, whose workflows run."""
        self.author.run("git", "push", "--quiet", "--set-upstream", "origin", branch)
        return pulls.create(self.forge(cast.AUTHOR), title=title, head=branch, base=self.main, body=body)

    def run_checks(self, number: int) -> list[Run]:
        """Runs the workflows of a pull request, and sets its checks."""
        pull = self.hub.pull(number)
        assert pull is not None, number
        return self.workflows.dispatch(events.pull_request(self.hub, pull, pull.user, self.api_url))

    def approve(self, number: int, login: str) -> None:
        path = f"/repos/{self.repository}/pulls/{number}/reviews"
        self.forge(login).send("POST", path, {"event": "APPROVE"}, needs="pull-requests: write")

    @contextmanager
    def unguarded(self) -> Iterator[None]:
        """While we are within, an administrator has taken from main's rules whatever asks for people."""
        before = self.hub.settings.rulesets
        self.hub.settings.rulesets = {number: guards.without_people(ruleset) for number, ruleset in before.items()}
        try:
            yield
        finally:
            self.hub.settings.rulesets = before

    def run_first_push(self) -> list[Run]:
        """Plays what the push that began main starts."""
        return self.workflows.dispatch(events.push(self.hub, None, self.person(cast.AUTHOR), self.api_url))

    def run_scheduled(self, workflow: str) -> Run:
        """The time of a scheduled workflow has come."""
        file = self.hub.origin.git.tree(self.main).read(WORKFLOWS / workflow)
        cron = parse(file or b"")["on"]["schedule"][0]["cron"]
        (run,) = self.workflows.dispatch(events.schedule(self.hub, cron, self.person(cast.AUTHOR), self.api_url))
        return run

    def let_start(self, pull: int, login: str) -> list[Run]:
        """Somebody presses “Approve workflows to run” on a pull request: those of its runs that wait start."""
        waiting = self.workflows.waiting(pull)
        for number in waiting:
            path = f"/repos/{self.repository}/actions/runs/{number}/approve"
            self.forge(login).send("POST", path, {}, needs="actions: write")
        return [self.workflows.start(number) for number in waiting]

    def start(self, workflow: str, inputs: Mapping[str, str], login: str, review: Callable[[int], None]) -> Run:
        """Somebody starts a workflow by hand; `review` is called with its number when a job of it waits for reviewers.

        Raises:
            Failure: they may not, or the workflow wants other inputs.
        """
        path = f"/repos/{self.repository}/actions/workflows/{workflow}/dispatches"
        self.forge(login).send("POST", path, {"ref": self.main, "inputs": dict(inputs)}, needs="actions: write")
        event = events.workflow_dispatch(self.hub, workflow, inputs, self.person(login), self.api_url)
        (run,) = self.workflows.dispatch(event, review)
        return run

    def review(self, run: int, login: str, state: str = "approved") -> None:
        """Lets the jobs of a run that wait into their environments, or sends them away with `rejected`."""
        path = f"/repos/{self.repository}/actions/runs/{run}/pending_deployments"
        waiting = self.forge(login).get(path, needs="actions: read")
        body = {"environment_ids": [each["environment"]["id"] for each in waiting], "state": state, "comment": ""}
        self.forge(login).send("POST", path, body, needs="deployments: write")

    def run_again(self) -> list[Run]:
        """Somebody presses “Re-run all jobs” on what the last event started."""
        return self.workflows.again()

    def records(self) -> tuple[Record, ...]:
        """The remote's ledger, checked."""
        return ledger.read(self.git)

    def comments(self, number: int) -> list[Comment]:
        return comments.of_issue(self.forge(cast.REVIEWER), number)


@contextmanager
def created(folder: Path, repository: str, say: Callable[[str], None], *, branch: str = MAIN_BRANCH) -> Iterator[World]:
    """A forge with an empty repository in `folder`, whose default branch has this name, serving until the end."""
    origin = Origin.create(folder / "github" / f"{repository}.git", branch)
    (folder / "home").mkdir()
    hub = Hub(repository, origin, cast.cast(), "")
    hub.settings.default_branch = branch
    hub.settings.actions["workflow"]["default_workflow_permissions"] = "read"
    cloud = Cloud()
    hub.settings.secrets |= {place: {"MLOPS_APP_KEY": hub.account(cast.APP).key} for place in _PLACES_OF_THE_APP}
    hub.settings.variables[""] = {"MLOPS_APP_CLIENT_ID": "Iv1.rehearsal"}
    with serving(hub) as api_url, environments.kept(environments.place()) as installed:
        hub.server_url = api_url
        runner = Runner(
            hub=hub,
            api_url=api_url,
            runs=folder / "github" / repository / "actions" / "runs",
            home=folder / "home",
            environments=installed,
            own=lambda job: {**identity.environment(job, api_url), **cloud.jobs},
        )
        world = World(folder, repository, hub, api_url, WorkflowRuns(hub, runner, say), cloud)
        try:
            yield world
        finally:
            _point_to_disk(origin, world.clone, *folder.glob("hosts/*/state/repository.git"))


def _point_to_disk(origin: Origin, *clones: Path) -> None:
    """The forge ends with us: who looks around after that, or was left running, finds the repository by its path."""
    for clone in clones:
        if clone.exists():
            with suppress(GitError):  # an agent that runs on has only begun to make its own
                Git(clone).run("config", "remote.origin.url", origin.path.as_uri())
