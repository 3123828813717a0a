"""The world of a rehearsal: a forge with its repository and people, a machine for workflows, somebody's clone."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec import ledger
from mlops_spec.errors import Exit, Failure
from mlops_spec.forge import GitHub, comments, pulls
from mlops_spec.git import Git
from mlops_spec.layout import MAIN_BRANCH
from mlops_spec.rehearse import cast, environments, events, guards, triggers
from mlops_spec.rehearse.act import Runner
from mlops_spec.rehearse.author import Author
from mlops_spec.rehearse.hub import Hub, approvals, identity, queue, serving
from mlops_spec.rehearse.hub.origin import Origin
from mlops_spec.rehearse.hub.request import Refused
from mlops_spec.rehearse.hub.rulesets import rules
from mlops_spec.rehearse.hub.state import ACTIONS, Person, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from mlops_spec.forge.shapes import Comment, PullRequest
    from mlops_spec.ledger import Record
    from mlops_spec.rehearse.events import Event
    from mlops_spec.rehearse.hub.state import StatusState
    from mlops_spec.rehearse.run import Job, Run

_PLACES_OF_THE_APP = ("promotion-bot", "monitoring")  # as SECURITY.md has it: the jobs of no other see its key


@dataclass
class Cloud:
    """What leads to a bucket, in the environment of the author, of hosts and of jobs; jobs get in by signing in."""

    author: Mapping[str, str] = field(default_factory=dict, repr=False)
    hosts: Mapping[str, str] = field(default_factory=dict, repr=False)
    jobs: Mapping[str, str] = field(default_factory=dict)


@dataclass
class World:
    """Everything is below `folder`; `runs` are the workflow runs so far, `say` gets their log as it comes."""

    folder: Path
    repository: str
    hub: Hub
    api_url: str
    runner: Runner
    say: Callable[[str], None]
    cloud: Cloud
    runs: list[Run] = field(default_factory=list)
    held: dict[int, tuple[str, Event]] = field(default_factory=dict)  # runs that wait for a person to let them start
    _last: Event | None = None

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

    def attempt(self, *args: str, login: str = cast.AUTHOR) -> subprocess.CompletedProcess[str]:
        """Runs `mlops-spec …` in the clone with somebody's token for the forge, however it ends."""
        token = {"GITHUB_REPOSITORY": self.repository, "GITHUB_TOKEN": self.person(login).token}
        urls = {"GITHUB_API_URL": self.api_url, "GITHUB_SERVER_URL": self.hub.server_url}
        environment = {**self.author.environment, **token, **urls}
        command = [sys.executable, "-m", "mlops_spec", *args]
        return subprocess.run(command, cwd=self.clone, env=environment, capture_output=True, text=True, check=False)

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
        return self.dispatch(events.pull_request(self.hub, pull, pull.user, self.api_url))

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

    def merge(self, number: int, login: str) -> list[Run]:
        """Presses the button; the workflows of the push run, and before them those of the queue where there is one."""
        before = self.hub.origin.branch(self.main)
        assert before is not None
        asked = rules(self.hub, self.main, self.person(login))
        if asked.queue:
            return self._merge_by_queue(number, login)
        method = "squash" if asked.linear else "merge"
        path = f"/repos/{self.repository}/pulls/{number}/merge"
        self.forge(login).send("PUT", path, {"merge_method": method}, needs="contents: write")
        return self.dispatch(events.push(self.hub, before, self.person(login), self.api_url))

    def _merge_by_queue(self, number: int, login: str) -> list[Run]:
        """What the merge started; where the queue threw the pull request out, what it had run."""
        pull, person = self.hub.pull(number), self.person(login)
        assert pull is not None, number
        try:
            entry = queue.enter(self.hub, pull, person)
        except Refused as refused:
            raise Failure(refused.message, exit_code=Exit.FINDINGS) from None
        ran = self.dispatch(events.merge_group(self.hub, entry, self.main, self.api_url))
        if queue.leave(self.hub, entry, person):
            return ran
        return self.dispatch(events.push(self.hub, entry.base, queue.QUEUE, self.api_url))

    def run_first_push(self) -> list[Run]:
        """Plays what the push that began main starts."""
        return self.dispatch(events.push(self.hub, None, self.person(cast.AUTHOR), self.api_url))

    def run_scheduled(self, workflow: str) -> Run:
        """The time of a scheduled workflow has come."""
        file = self.hub.origin.git.tree(self.main).read(triggers.WORKFLOWS / workflow)
        cron = triggers.parse(file or b"")["on"]["schedule"][0]["cron"]
        (run,) = self.dispatch(events.schedule(self.hub, cron, self.person(cast.AUTHOR), self.api_url))
        return run

    def dispatch(self, event: Event) -> list[Run]:
        """Runs each workflow that the event starts, one after the other, and shows its jobs as checks.

        Those of a pull request that a job's own token opened wait, and show nothing.
        """
        self._last = event
        found = triggers.started_by(event, self.hub.origin.git)
        if event.name == "pull_request" and event.actor == ACTIONS:
            for workflow in found:
                number = self._next_run()
                self.held[number] = workflow, event
                approvals.hold(self.hub, number)
            return []
        return [self._run(workflow, event, self._next_run()) for workflow in found]

    def let_start(self, pull: int, login: str) -> list[Run]:
        """Somebody presses “Approve workflows to run” on a pull request: those of its runs that wait start."""
        waiting = {number: held for number, held in self.held.items() if held[1].payload["number"] == pull}
        for number in waiting:
            path = f"/repos/{self.repository}/actions/runs/{number}/approve"
            self.forge(login).send("POST", path, {}, needs="actions: write")
        return [self._run(*self.held.pop(number), number) for number in waiting]

    def _next_run(self) -> int:
        return len(self.runs) + len(self.held) + 1

    def run_again(self) -> list[Run]:
        """Somebody presses “Re-run all jobs” on what the last event started."""
        assert self._last is not None, "nothing has run yet"
        return self.dispatch(self._last)

    def _run(self, workflow: str, event: Event, number: int) -> Run:
        run = self.runner.run(workflow, event, number, self.say)
        self.runs.append(run)
        with self.hub.lock:
            for job in run.jobs:
                self._show_check(run, event.head or event.commit, job)
        return run

    def _show_check(self, run: Run, sha: str, job: Job) -> None:
        """A required check is content with a job that was skipped, as on GitHub."""
        link = f"{self.hub.server_url}/{self.repository}/actions/runs/{run.number}"
        state: StatusState = "failure" if job.result == "failure" else "success"
        creator = self.person(ACTIONS)
        self.hub.statuses.append(Status(self.hub.next_id(), sha, job.name, state, creator, job.result, link))

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
        world = World(folder, repository, hub, api_url, runner, say, cloud)
        try:
            yield world
        finally:
            _point_to_disk(origin, world.clone, *folder.glob("hosts/*/state/repository.git"))


def _point_to_disk(origin: Origin, *clones: Path) -> None:
    """The forge ends with us: who looks around after that, or was left running, finds the repository by its path."""
    for clone in clones:
        if clone.exists():
            Git(clone).run("config", "remote.origin.url", origin.path.as_uri())
