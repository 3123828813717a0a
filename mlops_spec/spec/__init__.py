"""The spec: what `model.yaml` may say, section by section."""

from typing import Annotated

from pydantic import Field

from mlops_spec.spec.base import BranchName, EnvironmentName, ModelName, Owner, StageName, Strict, Text, no_entries
from mlops_spec.spec.data import Data
from mlops_spec.spec.environments import AnyEnvironment, Batch, Server
from mlops_spec.spec.evaluate import Evaluate
from mlops_spec.spec.gates import AnyGate
from mlops_spec.spec.governance import Governance
from mlops_spec.spec.serve import Serve
from mlops_spec.spec.storage import Storage
from mlops_spec.spec.tasks.task import TaskName
from mlops_spec.spec.train import Stage, Train
from mlops_spec.spec.watch import Monitor

__all__ = ["Spec"]


class Spec(Strict):
    """What a model is, what it must prove and where it runs."""

    # not Literal[1], which True is equal to
    spec: Annotated[int, Field(ge=1, le=1, description="Version of this format.")] = Field(examples=[1])
    model: ModelName = Field(
        description="The model's name, which its tags, its package and the server's address carry."
    )
    task: TaskName = Field(description="What is predicted: classes, labels, numbers, or an order.")
    description: Text | None = Field(
        None,
        description="What the model does, in a sentence; it stands in the model card.",
        examples=["Probability that a card holder misses the next payment."],
    )
    owners: list[Owner] = Field(description="Who answers for the model, as CODEOWNERS names them.")
    branch: BranchName = Field(
        "main", description="The default branch: what is merged into it is trained and released."
    )
    data: Data
    pipeline: dict[StageName, Stage] = Field(
        default_factory=no_entries, description="The user's own stages by name, between split and train."
    )
    train: Train
    evaluate: Evaluate = Field(default_factory=Evaluate.model_construct)
    gates: list[AnyGate] = Field(
        description="What must hold before a version is made; each blocks unless it passes or is waived.",
        examples=[[{"metric": "roc_auc", "min": 0.76}]],
    )
    environments: dict[EnvironmentName, AnyEnvironment] = Field(
        default_factory=no_entries,
        description="Where the model runs, by name, each after the one that it is promoted from.",
    )
    serve: Serve = Field(default_factory=Serve.model_construct)
    monitor: Monitor | None = None
    governance: Governance = Field(default_factory=Governance.model_construct)

    @property
    def servers(self) -> dict[str, Server]:
        """The environments that answer requests."""
        return {name: each for name, each in self.environments.items() if isinstance(each, Server)}

    @property
    def batches(self) -> dict[str, Batch]:
        """The environments that score batches."""
        return {name: each for name, each in self.environments.items() if isinstance(each, Batch)}

    @property
    def sole_owner(self) -> str | None:
        """The one person who owns everything; None where there are more, or a team."""
        owners = set(self.owners)
        return next(iter(owners)) if len(owners) == 1 and "/" not in self.owners[0] else None

    storage: Storage | None = None
