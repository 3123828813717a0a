"""The section `compute`: where a training or another stage runs, on a runner of GitHub's or on a cluster."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Discriminator, Field, Tag

from mlops_spec.spec.base import Duration, Size, Strict, no_entries, words

RunnerLabel = Annotated[
    str,
    words(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", 100, "one label of a GitHub runner, such as `ubuntu-24.04`", "ubuntu-24.04"),
]
RunnerGroup = Annotated[
    str,
    words(
        r"^((org|ent)/)?[A-Za-z0-9]([A-Za-z0-9 ._-]*[A-Za-z0-9._-])?$",
        100,
        "a runner group's name, with `org/` or `ent/` before it where both have one of that name",
        "Large runners",
    ),
]
JobServer = Annotated[
    str,
    words(
        r"^https?://([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[1-9][0-9]{0,4})?(/[A-Za-z0-9_.~-]+)*/?$",
        300,
        "the address of the cluster's job server, which is its dashboard's, such as `http://ray-head:8265`; "
        "without user, query and `ray://`",
        "http://ray-head:8265",
    ),
]
ResourceName = Annotated[
    str,
    words(
        r"^[A-Za-z_][A-Za-z0-9_.:/-]*$",
        100,
        "the name of a resource, as `ray start --resources` has it",
        "accelerator_type:A100",
    ),
]
_USUAL_RUNNER = "ubuntu-24.04"


class OnRunner(Strict):
    """GitHub's runner does the work itself."""

    within: ClassVar[tuple[str, ...]] = ()  # of `train.compute`, the keys above those that both ways have

    runner: RunnerLabel | None = Field(
        None, description=f"GitHub's label of the runner; `{_USUAL_RUNNER}` where neither it nor a group is named."
    )
    group: RunnerGroup | None = Field(
        None, description="The runner group that the machine is taken from: any of it, or one with the label `runner`."
    )
    timeout: Duration = Field(
        "60m", description="After this the training job is stopped, and `mlops-spec run` on any machine."
    )

    @property
    def label(self) -> str:
        """The label that a machine must have; empty: any machine of the group."""
        return self.runner or ("" if self.group else _USUAL_RUNNER)


class Ray(Strict):
    """A job on a Ray cluster, which its job server takes."""

    address: JobServer = Field(description="The cluster's job server: the address of its dashboard.")
    cpus: float = Field(1, gt=0, le=1024, description="How many processors one node keeps for it.", examples=[8])
    gpus: float = Field(0, ge=0, le=64, description="How many graphics cards one node keeps for it.", examples=[1])
    memory: Size | None = Field(None, description="How much memory one node keeps for it.", examples=["16GB"])
    resources: dict[ResourceName, Annotated[float, Field(gt=0, le=1_000_000)]] = Field(
        default_factory=no_entries,
        description="Other resources of a node, by the names that the cluster gives them.",
        examples=[{"accelerator_type:A100": 0.001}],
    )
    retries: int = Field(
        2,
        ge=0,
        le=10,
        description="How often it begins anew after the cluster lost it: a node, the head, or its process was killed. "
        "A command that fails by itself is not tried again.",
    )
    timeout: Duration = Field("60m", description="After this the job is stopped, with the waiting and all retries.")
    runner: RunnerLabel | None = Field(
        None,
        description=f"GitHub's label of the runner that submits the training and waits, `{_USUAL_RUNNER}` where none "
        "is named; it must reach the cluster and the storage.",
    )


class OnRay(Strict):
    """A Ray cluster does the work; GitHub's runner submits it, waits, and fetches what came of it."""

    within: ClassVar[tuple[str, ...]] = ("ray",)
    group: ClassVar[None] = None

    ray: Ray

    @property
    def runner(self) -> str | None:
        """The label of the runner that waits, where one is named."""
        return self.ray.runner

    @property
    def label(self) -> str:
        """The label that the runner must have which waits."""
        return self.ray.runner or _USUAL_RUNNER

    @property
    def timeout(self) -> str:
        """After this the job is stopped, and `mlops-spec run` on any machine."""
        return self.ray.timeout


def tag(compute: Any) -> str:
    """Tells where by the key that only a cluster has; in brackets, as no key of the document is."""
    return "<ray>" if isinstance(compute, OnRay) or on_cluster(compute) else "<runner>"


def on_cluster(compute: Any) -> bool:
    """Whether data of this section, valid or not, name a cluster."""
    return isinstance(compute, Mapping) and "ray" in compute


if TYPE_CHECKING:
    Compute = OnRunner | OnRay
else:
    Compute = Annotated[Annotated[OnRunner, Tag("<runner>")] | Annotated[OnRay, Tag("<ray>")], Discriminator(tag)]
