"""A repository of several models with their releases, and the host of an agent that serves them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from mlops_spec import ledger
from mlops_spec.deploy.agent import Agent
from mlops_spec.deploy.passes import Settings
from mlops_spec.git import Update
from mlops_spec.ledger.record import Draft, FromWhat, Package, TagObject, What, Why
from mlops_spec.package.on_disk import digest

from .conftest import NOW, PASSED, WHO, _packages

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mlops_spec.deploy.passes import Done

    from .conftest import World


@dataclass
class Many:
    """Models in folders of their own, over the remote of a `World`."""

    world: World
    environment: str = "staging"
    digests: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        return self.world.state

    def spec(self, model: str, **changes: Any) -> dict[str, Any]:
        listen = f"127.0.0.1:{self.world.port}"
        return {
            "spec": 1,
            "model": model,
            "task": "binary-classification",
            "owners": ["@acme/credit"],
            "branch": "main",
            "data": {"path": "data/demo.csv", "target": "default", "id": "id"},
            "train": {"run": "python -m demo.train", "predictor": "served:load"},
            "gates": [{"metric": "roc_auc", "min": 0.75}],
            "environments": {self.environment: {"after": "merge", "listen": listen}},
        } | changes

    def add(self, *models: str, under: str = "models", **changes: Any) -> None:
        """Puts models on main, each in its folder."""
        files: dict[str, bytes] = {}
        for model in models:
            files |= {
                f"{under}/{model}/model.yaml": yaml.safe_dump(self.spec(model, **changes), sort_keys=False).encode(),
                f"{under}/{model}/deploy/{self.environment}.yaml": self.follows(model),
            }
        self.world.main(files)

    def follows(self, model: str) -> bytes:
        return f"environment: {self.environment}\nmodel: {model}\nfollow: registered\n".encode()

    def remove(self, *folders: str) -> None:
        names = ("model.yaml", f"deploy/{self.environment}.yaml")
        self.world.main({f"{folder}/{name}": None for folder in folders for name in names})  # type: ignore[misc]

    def release(self, *models: str, version: str = "v1.0.0", on_host: bool = True, **package: Any) -> None:
        """Registers a version of each and asks for it, all by one append."""
        git, drafts, updates = self.world.git, [], []
        for model in models:
            options = {"value": int(version[1:].replace(".", "")) / 1000} | package
            folder = _packages.make_package(self.world.root / "built" / model / version, model=model, **options)
            found = self.digests[model, version] = digest(folder)
            if on_host:
                shutil.copytree(folder, self.state / "packages" / found.removeprefix("sha256:"))
            name, released = f"{model}@{version}", self._released(model, version, folder)
            tag = git.write_tag(name, released, message=f"{name}\n", when=NOW)
            tagged = TagObject(name=name, object=tag, target=released)
            what = What(model=model, version=version, package=Package(digest=found), tag=tagged)
            why, source = Why(kind="change", gates=(PASSED,)), FromWhat(commit=self.world.commit)
            drafts.append(Draft(event="register", who=WHO, what=what, why=why, from_what=source))
            updates.append(Update(f"refs/tags/{name}", tag, None))
        ledger.append(git, ledger.head(git), drafts, updates=updates)
        self.intend(*models, version=version)

    def intend(self, *models: str, version: str = "v1.0.0") -> None:
        git, state = self.world.git, ledger.replay(ledger.read(self.world.git))
        drafts = []
        for model in models:
            last = state.of(model).serial(self.environment)
            what = What(
                model=model,
                version=version,
                environment=self.environment,
                package=Package(digest=self.digests[model, version]),
                serial=last + 1,
                base_serial=last,
            )
            drafts.append(Draft(event="deploy.intent", who=WHO, what=what, why=Why(kind="change")))
        ledger.append(git, ledger.head(git), drafts)

    def agent(self, **settings: Any) -> Agent:
        repository = str(self.world.root / "origin.git")
        return Agent(Settings(self.environment, repository, self.state, **settings), print)

    def one_pass(self, **settings: Any) -> dict[str, Done]:
        agent = self.agent(**settings)
        try:
            return by_model(agent.one_pass())
        finally:
            agent.close()

    def _released(self, model: str, version: str, package: Path) -> str:
        git, commit = self.world.git, self.world.commit
        lock = {"dvc.lock": self.world._store(package)}
        folder = next(
            (
                str(path.path).removesuffix("model.yaml")
                for path in git.tree(commit).entries()
                if f"{model}/model.yaml" in path.path
            ),
            "",
        )
        tree = git.write_tree(commit, {f"{folder}{name}": content for name, content in lock.items()})
        return git.write_commit(tree, parents=[commit], message=f"Release {version}\n", when=NOW)


def by_model(found: Iterable[Done]) -> dict[str, Done]:
    return {each.model: each for each in found}


def actions(found: dict[str, Done]) -> dict[str, str]:
    return {model: done.action for model, done in found.items()}


def begun(world: World) -> Many:
    """Two models, and nothing at the root."""
    names = ("model.yaml", "deploy/staging.yaml", "deploy/production.yaml")
    world.main(dict.fromkeys(names))  # type: ignore[arg-type]
    made = Many(world)
    made.add("churn", "credit")
    return made
