"""What all models of a repository share: the table `[tool.mlops-spec]` of the `pyproject.toml` at its root.

Its keys are those of `model.yaml`: what stands here counts for each model that does not say it itself.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from mlops_spec.spec.base import (
    BranchName,
    Duration,
    EnvironmentName,
    Owner,
    Strict,
    no_entries,
    no_items,
    words,
)
from mlops_spec.spec.compute import RunnerGroup, RunnerLabel, on_cluster
from mlops_spec.spec.cron import Cron
from mlops_spec.spec.environments import Listen, Promote, tag
from mlops_spec.spec.storage import Storage

Glob = Annotated[
    str,
    words(
        r"^[A-Za-z0-9_.*?\[\]-]+(/[A-Za-z0-9_.*?\[\]-]+)*$",
        255,
        "folders by a pattern from the repository's root, where `*` stands for one name and `**` for any",
        "models/*",
    ),
]


class SharedCompute(Strict):
    """Where training runs unless a model says otherwise, and for how long at most."""

    runner: RunnerLabel | None = Field(None, description="GitHub's label of the runner.")
    group: RunnerGroup | None = Field(None, description="The runner group that the machine is taken from.")
    timeout: Duration = Field("60m", description="After this a job that trains is stopped; no model may have longer.")

    @property
    def label(self) -> str:
        """The label that is named; empty where none is."""
        return self.runner or ""


class SharedTrain(Strict):
    """What training has in common."""

    compute: SharedCompute = Field(default_factory=SharedCompute.model_construct)


class SharedEnvironment(Strict):
    """What GitHub and the agent's host have once for an environment, however many models are live there."""

    after: Literal["merge"] | EnvironmentName | None = Field(
        None, description="`merge`, or the environment that versions are promoted from."
    )
    listen: Listen | None = Field(None, description="Where the one server of the environment listens.")
    schedule: Cron | None = Field(
        None, description="Of target `batch`: cron in UTC, when a day's input must be there, and `runner` scores."
    )
    runner: RunnerLabel | None = Field(
        None, description="Of target `batch`: GitHub's label of the runner on which the one workflow scores all models."
    )
    promote: Promote = Field(default_factory=Promote.model_construct)


class SharedMonitor(Strict):
    """The one scheduled check of all models that have a `monitor`."""

    schedule: Cron = Field("17 6 * * *", description="Cron in UTC, as GitHub Actions reads it.")


class SharedGovernance(Strict):
    """What the rulesets and the workflows demand of every model."""

    separation_of_duties: bool = Field(True, description="Nobody approves a promotion of their own change.")
    provenance: Literal["none", "github"] = Field("none", description="`github` attests each package by Sigstore.")
    merge_queue: bool = Field(False, description="Pull requests merge one after the other, by GitHub's merge queue.")


class Shared(Strict):
    """What stands once for all models of a repository: in `pyproject.toml`, as `[tool.mlops-spec]`."""

    models: list[Glob] = Field(
        default_factory=no_items,
        description="The folders whose `model.yaml` is a model; without it, every one that Git has.",
    )
    runners: list[RunnerLabel] = Field(
        default_factory=no_items,
        description="Labels of runners of your own, or larger ones, that models may name; actionlint is told of them.",
        examples=[["gpu-large"]],
    )
    owners: list[Owner] = Field(
        default_factory=no_items,
        description="Who answers for workflows, settings and shared code, and for a model that names nobody.",
    )
    branch: BranchName = Field(
        "main", description="The default branch: what is merged into it is trained and released."
    )
    train: SharedTrain = Field(default_factory=SharedTrain.model_construct)
    environments: dict[EnvironmentName, SharedEnvironment] = Field(
        default_factory=no_entries, description="What an environment of a name has in every model that has one so."
    )
    monitor: SharedMonitor = Field(default_factory=SharedMonitor.model_construct)
    governance: SharedGovernance = Field(default_factory=SharedGovernance.model_construct)
    storage: Storage | None = None


_OF_SERVERS = frozenset(("listen",))
_OF_BATCHES = frozenset(("schedule", "runner"))
NOTHING_SHARED = Shared.model_construct()


def effective(data: Any, shared: Shared) -> Any:
    """The data of a model's spec, with what the repository's settings say and it leaves out.

    An environment and `monitor` are completed where the model has them; it need not have all that others have.
    """
    if not isinstance(data, dict) or not shared.model_fields_set:
        return data
    said = shared.model_dump(exclude_unset=True, exclude={"models", "runners"})
    places, watch = said.pop("environments", {}), said.pop("monitor", {})
    here = data.get("environments")
    if isinstance(here, dict):
        said["environments"] = {name: _of_kind(each, here[name]) for name, each in places.items() if name in here}
    if isinstance(data.get("monitor"), dict):
        said["monitor"] = watch
    train = data.get("train")
    if isinstance(train, dict) and on_cluster(train.get("compute")):
        said.get("train", {}).pop("compute", None)  # which is of runners
    return _filled(data, said)


def _of_kind(shared: dict[str, Any], own: Any) -> dict[str, Any]:
    """Without the server's address where what is to be completed scores batches, and without what only that has."""
    others = _OF_SERVERS if tag(own) == "<batch>" else _OF_BATCHES
    return {key: value for key, value in shared.items() if key not in others}


def _filled(data: Any, said: Any) -> Any:
    if not isinstance(data, dict) or not isinstance(said, dict):
        return data
    own = {key: _filled(value, said[key]) if key in said else value for key, value in data.items()}
    return own | {key: value for key, value in said.items() if key not in data}
