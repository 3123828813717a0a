"""The sections `pipeline` and `train`: the user's own stages, and the contract with the user's code."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from mlops_spec.spec.base import (
    ColumnName,
    Command,
    Duration,
    EntryPoint,
    RepoPath,
    Scalar,
    Strict,
    Text,
    no_entries,
    no_items,
    words,
)

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
_USUAL_RUNNER = "ubuntu-24.04"


Param = TypeAliasType(
    "Param",
    Annotated["Scalar | list[Scalar] | dict[Text, Param]", Field(description="A value, a list, or a group by name.")],
)


class Stage(Strict):
    """One of the user's own stages: before the split, or between it and train."""

    run: Command = Field(description="A command; it is run without a shell.")
    reads: list[RepoPath] = Field(
        default_factory=no_items, description="Files and folders that it reads, from the repository or another stage."
    )
    writes: list[RepoPath] = Field(min_length=1, description="Files and folders that it writes.")


class Features(Strict):
    """Which columns the model may see: all but the target, the id and `exclude`, or just `include`."""

    include: list[ColumnName] | None = Field(
        None,
        min_length=1,
        description="The only columns that the model may see; without it, all but target and id.",
        examples=[["age", "limit_bal"]],
    )
    exclude: list[ColumnName] = Field(
        default_factory=no_items, description="Columns that the model must not see.", examples=[["id", "sex"]]
    )


class Compute(Strict):
    """Where training runs."""

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


class Train(Strict):
    """How the model is made, and how it answers."""

    run: Command = Field(description="Reads `build/data/train.parquet`, writes `build/model/`; run without a shell.")
    reads: list[RepoPath] = Field(default_factory=no_items, description="What it reads besides the split data.")
    params: dict[Text, Param] = Field(
        default_factory=no_entries, description="What the code is tuned by: values, lists of them, and groups by name."
    )
    features: Features = Field(default_factory=Features)
    seed: Annotated[int, Field(ge=0, lt=2**32)] = Field(
        0, description="Given to the training, and what evaluation draws by.", examples=[7]
    )
    seeds: Annotated[int, Field(ge=1, le=50)] = Field(
        1,
        description="With how many seeds it is trained: `seed`, whose model is released, and those after it, whose "
        "answers tell how much of a difference to the champion or an anchor is the seed's; 5 and more tell it well.",
        examples=[5],
    )
    predictor: EntryPoint | None = Field(
        None, description="`package.module:load`: `load(model_dir) -> predict`, `predict(frame) -> array`."
    )
    format: Literal["skops", "onnx", "safetensors", "custom"] = Field(
        "skops",
        description="How the model is kept: `skops` for scikit-learn, `onnx`, `safetensors`, or files of your own "
        "(`custom`); never a pickle.",
    )
    trusted_types: list[Text] = Field(
        default_factory=no_items,
        description="Types that skops may load besides its own.",
        examples=[["sklearn.tree._tree.Tree"]],
    )
    compute: Compute = Field(default_factory=Compute)
