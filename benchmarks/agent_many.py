"""One agent and one server with 200 models of the starter's size, beside an agent with one, and one with two.

An idle pass of 200 is held against one of a single model: both have the same ledger's remote beside them, real servers
and real packages. Aim: at most 1.5 times as long. Then two of the 200 are asked without a pause while the others are
asked now and then, so that they are unloaded and loaded again within `--memory`. Aim: the memory of the server and all
that it runs stays within that, and the p99 of the two is at most 1.3 times that of an agent with only them.
Servers take turns, and who is not asked is stopped, so that whatever else the machine does hits both alike.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import yaml
from serving.clients import load, question
from serving.model import build, request

from mlops_spec import ledger
from mlops_spec.deploy.agent import Agent
from mlops_spec.deploy.passes import Settings
from mlops_spec.git import Git, Update
from mlops_spec.ledger.record import Actor, Draft, FromWhat, GateResult, Package, TagObject, What, Who, Why
from mlops_spec.package.manifest import manifest_bytes
from mlops_spec.package.on_disk import digest, verify
from mlops_spec.system.lock import holder
from mlops_spec.targets.live import Served
from mlops_spec.targets.local.serve.resident import resident
from mlops_spec.targets.local.serve.wanted import Wanted, write_wanted
from mlops_spec.targets.registry import clear

ENVIRONMENT, VERSION = "production", "v1.0.0"
WHO = Who(actor=Actor(login="alice", id=101, kind="human"))
GATE = GateResult(id="roc_auc", kind="metric", metric="roc_auc", value=0.8, verdict="pass")
PASSES, ROUNDS, SECONDS = 15, 3, 5.0
RARE_SECONDS = 1.0  # between two requests for models that are asked now and then


@dataclass
class Place:
    """A repository, and a host that serves its models as the ledger says."""

    root: Path
    port: int
    models: list[str]
    memory: int | None = None
    state: Path = field(init=False)

    def __post_init__(self) -> None:
        self.state = self.root / "state"

    def settings(self) -> Settings:
        return Settings(ENVIRONMENT, str(self.root / "origin.git"), self.state, memory=self.memory)

    @property
    def processes(self) -> list[int]:
        """The server's process, and those of the versions that it runs."""
        server = holder(self.state / "server/lock")
        if server is None:
            return []
        return [server, *map(int, Path(f"/proc/{server}/task/{server}/children").read_text().split())]

    def resident(self) -> int:
        return sum(resident(process) for process in self.processes)

    def send(self, number: signal.Signals) -> None:
        """Signals all of the host: the agent too, for which a server that is stopped would be one that hangs."""
        agent = holder(self.state / "agent.lock")
        for process in (*([agent] if agent not in {None, os.getpid()} else []), *self.processes):
            os.kill(process, number)

    def infer(self, model: str) -> str:
        return f"/v2/models/{model}/infer"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--memory", type=float, default=2.5, help="GB for the many")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # no server outlives this
    names = [f"m{number:03}" for number in range(options.models)]
    with tempfile.TemporaryDirectory() as scratch:
        package, rows = build(Path(scratch))
        many = made(Path(scratch) / "many", 18_200, names, package, int(options.memory * 1e9))
        one = made(Path(scratch) / "one", 18_201, names[:1], package, None)
        two = made(Path(scratch) / "two", 18_202, names[:2], package, None)
        try:
            idle(many, one)
            clear(one.state)
            asked(many, two, request(rows.head(1)), int(options.memory * 1e9))
        finally:
            for place in (many, one, two):
                place.send(signal.SIGCONT)
                clear(place.state)


def idle(many: Place, one: Place) -> None:
    """Measures passes that find nothing to do, in turns."""
    agents = [Agent(place.settings(), print) for place in (many, one)]
    took: list[list[float]] = [[], []]
    try:
        for agent, place in zip(agents, (many, one), strict=True):
            for _ in range(2):
                found = agent.one_pass()
            assert [done.action for done in found] == ["none"] * len(place.models), found[:3]
        for _ in range(PASSES):
            for agent, seen in zip(agents, took, strict=True):
                started = time.perf_counter()
                agent.one_pass()
                seen.append(time.perf_counter() - started)
    finally:
        for agent in agents:
            agent.close()
    of_many, of_one = map(statistics.median, took)
    print(f"idle pass   {len(many.models)} models {of_many * 1000:.0f} ms   1 model {of_one * 1000:.0f} ms", flush=True)
    print(f"idle pass   ratio: {of_many / of_one:.2f} (aim: at most 1.5)", flush=True)


def asked(many: Place, two: Place, body: bytes, allowed: int) -> None:
    """Measures the two models that are asked often: of the many, with and without rare ones, and of only them."""
    agents = [following(place) for place in (many, two)]
    latencies: dict[str, list[float]] = {"only them": [], "of many": [], "of many, others asked too": []}
    watch = Watch(many)
    try:
        for place in (many, two):
            while not place.processes:
                time.sleep(0.1)
        for model in many.models[:2]:
            for place in (many, two):
                once(place, model, body)
        settled(many)
        for _ in range(ROUNDS):
            for name, place in (("only them", two), ("of many", many), ("of many, others asked too", many)):
                other = many if place is two else two
                other.send(signal.SIGSTOP)
                with Rare(many, body) if name.endswith("too") else Nobody() as rare:
                    latencies[name] += both(place, body)
                other.send(signal.SIGCONT)
                watch.statuses += rare.statuses
    finally:
        watch.end()
        for agent in agents:
            agent.kill()
            agent.wait()
    told(latencies, watch, allowed)


def told(latencies: dict[str, list[float]], watch: Watch, allowed: int) -> None:
    """Prints a line for each kind of turn, and what became of the others and of the memory."""
    of_two = float(np.quantile(latencies["only them"], 0.99))
    for name, seen in latencies.items():
        p50, p99 = (float(np.quantile(seen, share)) for share in (0.5, 0.99))
        rate = f"{len(seen) / (ROUNDS * SECONDS):6.0f} requests/s"
        took = f"p50 {p50 * 1000:6.2f} ms   p99 {p99 * 1000:6.2f} ms   ratio {p99 / of_two:.2f}"
        print(f"two asked   {name:26} {rate}   {took}")
    answered = sorted(took for status, took in watch.statuses if status == 200)
    refused = sum(status != 200 for status, _ in watch.statuses)
    middle, longest = (statistics.median(answered), answered[-1]) if answered else (0.0, 0.0)
    print(f"the others  {len(answered)} answered, {refused} refused   median {middle:.2f} s   longest {longest:.2f} s")
    print(
        f"memory      highest {watch.highest / 1e6:,.0f} MB of {allowed / 1e6:,.0f} MB   at most {watch.most} versions"
    )


def both(place: Place, body: bytes) -> list[float]:
    """The seconds of each answer, of two models that are asked side by side."""
    found: list[list[float]] = [[], []]

    def ask(number: int) -> None:
        found[number] = load(question(place.port, place.infer(place.models[number]), body), SECONDS).took

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found[0] + found[1]


class Nobody:
    """Nobody asks for the others."""

    def __init__(self) -> None:
        self.statuses: list[tuple[int, float]] = []

    def __enter__(self) -> Nobody:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Rare(Nobody):
    """The other models are asked one after another, now and then."""

    turn = 0

    def __init__(self, place: Place, body: bytes) -> None:
        super().__init__()
        self._place, self._body = place, body
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Rare:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        others = self._place.models[2:]
        while not self._done.wait(RARE_SECONDS):
            Rare.turn += 7
            started = time.perf_counter()
            status = once(self._place, others[Rare.turn % len(others)], self._body)
            self.statuses.append((status, time.perf_counter() - started))


class Watch:
    """The memory of a server and all that it runs, looked at again and again."""

    def __init__(self, place: Place) -> None:
        self.highest = self.most = 0
        self.statuses: list[tuple[int, float]] = []
        self._place, self._done = place, threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def end(self) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._done.wait(0.1):
            self.highest = max(self.highest, self._place.resident())
            self.most = max(self.most, len(self._place.processes) - 1)


def settled(place: Place) -> None:
    """Waits until what is loaded for nobody, as there is room for it, is loaded."""
    quiet = 0
    while quiet < 4:
        time.sleep(0.5)
        call = urllib.request.Request(f"http://127.0.0.1:{place.port}/v2/repository/index", data=b"", method="POST")
        with urllib.request.urlopen(call, timeout=30) as answer:
            quiet = 0 if b"LOADING" in answer.read() else quiet + 1


def once(place: Place, model: str, body: bytes) -> int:
    call = urllib.request.Request(f"http://127.0.0.1:{place.port}{place.infer(model)}", data=body)
    try:
        with urllib.request.urlopen(call, timeout=120) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as error:
        return error.code


def following(place: Place) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "mlops_spec", "agent", "--environment", ENVIRONMENT, "--state", place.state]
    places = ["--repository", place.root / "origin.git"]
    memory = ["--memory", f"{place.memory // 10**6}MB"] if place.memory else []
    return subprocess.Popen([*map(str, (*command, *places, *memory))], stdout=subprocess.DEVNULL)


def made(root: Path, port: int, models: list[str], package: Path, allowed: int | None) -> Place:
    """A repository whose ledger has every model live, and a host on which they are wanted."""
    place = Place(root, port, models, allowed)
    for folder, bare in (("origin.git", ["--bare"]), ("work", [])):
        subprocess.run(["git", "init", "-q", "-b", "main", *bare, str(root / folder)], check=True)
    git = Git(root / "work")
    git.run("remote", "add", "origin", str(root / "origin.git"))
    (place.state / "server").mkdir(parents=True, mode=0o700)
    digests = {model: served(place, model, package, alone=len(models) == 1) for model in models}
    commit = committed(git, place)
    drafts, updates = [], []
    for model, found in digests.items():
        name = f"{model}@{VERSION}"
        tag = git.write_tag(name, commit, message=f"{name}\n", when=datetime.now(UTC))
        what = What(model=model, version=VERSION, package=Package(digest=found))
        tagged = replace(what, tag=TagObject(name=name, object=tag, target=commit))
        why, source = Why(kind="change", gates=(GATE,)), FromWhat(commit=commit)
        drafts.append(Draft(event="register", who=WHO, what=tagged, why=why, from_what=source))
        updates.append(Update(f"refs/tags/{name}", tag, None))
    registered, _ = ledger.append(git, ledger.head(git), drafts, updates=updates)
    intents = [
        Draft(
            event="deploy.intent",
            who=WHO,
            what=replace(record.what, tag=None, environment=ENVIRONMENT, serial=1, base_serial=0),
            why=Why(kind="change"),
        )
        for record in registered
    ]
    recorded, _ = ledger.append(git, ledger.head(git), intents)
    outcomes = [
        Draft(event="deploy.outcome", who=WHO, what=each.what, why=each.why, closes=each.seq, result="succeeded")
        for each in recorded
    ]
    ledger.append(git, ledger.head(git), outcomes)
    return place


def served(place: Place, model: str, package: Path, *, alone: bool) -> str:
    """A copy of the package that is this model's, where the host has its packages, and the wish for it."""
    folder = place.state / "packages" / "new"
    shutil.copytree(package, folder)
    (folder / "manifest.json").write_bytes(manifest_bytes(replace(verify(package), model=model)))
    found = digest(folder)
    kept = folder.rename(folder.with_name(found.removeprefix("sha256:")))
    wanted = Wanted(model, stable=Served(VERSION, found, str(kept)), generation=1)
    write_wanted(place.state / "server", wanted, "" if alone else model)
    return found


def committed(git: Git, place: Place) -> str:
    files: dict[str, bytes | None] = {}
    for model in place.models:
        folder = "" if len(place.models) == 1 else f"models/{model}/"
        spec = {
            "spec": 1, "model": model, "task": "binary-classification", "owners": ["@acme/credit"], "branch": "main",
            "data": {"path": "data/demo.csv", "target": "default", "id": "id"},
            "train": {"run": "python -m demo.train", "predictor": "demo:load"},
            "gates": [{"metric": "roc_auc", "min": 0.75}],
            "environments": {ENVIRONMENT: {"after": "merge", "listen": f"127.0.0.1:{place.port}"}},
        }  # fmt: skip
        files[f"{folder}model.yaml"] = yaml.safe_dump(spec, sort_keys=False).encode()
        follows = f"environment: {ENVIRONMENT}\nmodel: {model}\nfollow: registered\n"
        files[f"{folder}deploy/{ENVIRONMENT}.yaml"] = follows.encode()
    commit = git.write_commit(git.write_tree(None, files), message="models\n", when=datetime.now(UTC))
    git.push(Update("refs/heads/main", commit, None))
    return commit


if __name__ == "__main__":
    main()
