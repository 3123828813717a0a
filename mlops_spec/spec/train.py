"""The sections `pipeline` and `train`: the user's own stages, and the contract with the user's code."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from mlops_spec.spec.base import (
    ColumnName,
    Command,
    EntryPoint,
    ReadPath,
    RepoPath,
    Scalar,
    Strict,
    Text,
    no_entries,
    no_items,
)
from mlops_spec.spec.compute import Compute, OnRay, OnRunner

Param = TypeAliasType(
    "Param",
    Annotated["Scalar | list[Scalar] | dict[Text, Param]", Field(description="A value, a list, or a group by name.")],
)


class Stage(Strict):
    """One of the user's own stages: before the split, or between it and train."""

    run: Command = Field(description="A command; it is run without a shell.")
    reads: list[ReadPath] = Field(
        default_factory=no_items, description="Files and folders that it reads, from the repository or another stage."
    )
    writes: list[RepoPath] = Field(min_length=1, description="Files and folders that it writes.")
    compute: OnRay | None = Field(
        None, description="The cluster that runs it; without one it runs where the training job does."
    )


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


class Train(Strict):
    """How the model is made, and how it answers."""

    run: Command = Field(description="Reads `build/data/train.parquet`, writes `build/model/`; run without a shell.")
    reads: list[ReadPath] = Field(default_factory=no_items, description="What it reads besides the split data.")
    params: dict[Text, Param] = Field(
        default_factory=no_entries, description="What the code is tuned by: values, lists of them, and groups by name."
    )
    features: Features = Field(default_factory=Features.model_construct)
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
    compute: Compute = Field(
        default_factory=OnRunner.model_construct, description="Where it runs: on GitHub's runner, or on a cluster."
    )
