"""`deploy/<environment>.yaml`: what people declared on main; its one shape, read strictly and written whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

import yaml
from pydantic import Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from mlops_spec.errors import Failure
from mlops_spec.ledger.fields import Digest, VersionName
from mlops_spec.model_folder import DEPLOY
from mlops_spec.spec.base import EnvironmentName, ModelName, Strict
from mlops_spec.validate.at_commit import document_of
from mlops_spec.words.invalid import first_error

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from mlops_spec.validate.at_commit import Files

HEADER = "# Written by mlops-spec; promotion pull requests change it: `mlops-spec promote open`.\n"
Serial = Annotated[int, Field(ge=0, lt=2**31)]


class Document(Strict):
    """What the decision rests on: a pull request's report, a gate file."""

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
    digest: Digest


class Following(Strict):
    """An environment where each registered version goes live by itself."""

    environment: EnvironmentName
    model: ModelName
    follow: Literal["registered"]


class Declared(Strict):
    """A promoted environment: which version must be live, and which state that decision was made on."""

    environment: EnvironmentName
    model: ModelName
    version: VersionName | None
    digest: Digest | None
    serial: Serial
    base_serial: Serial
    base_digest: Digest | None
    evidence: list[Document] = Field(max_length=20)

    @model_validator(mode="after")
    def _all_or_nothing(self) -> Self:
        if (self.version is None) != (self.digest is None) or (self.version is None) != (self.serial == 0):
            raise ValueError("version, digest and serial are declared together, or none of them")
        if self.version is not None and self.serial <= self.base_serial:
            raise ValueError(f"serial {self.serial} is not above base_serial {self.base_serial}")
        return self


_SHAPES: dict[bool, TypeAdapter[Following] | TypeAdapter[Declared]] = {
    True: TypeAdapter(Following),
    False: TypeAdapter(Declared),
}


def path_of(environment: str) -> PurePosixPath:
    """Where an environment's file lies."""
    return DEPLOY / f"{environment}.yaml"


def declared_in(tree: Files, environment: str) -> Following | Declared:
    """What a commit declares for an environment.

    Raises:
        Failure: there is no such file, or not in its shape (exit 2).
    """
    path = path_of(environment)
    content = tree.read(path)
    if content is None:
        raise Failure(
            f"{path}: no such file",
            remedy=f"declare `environments: {environment}` in model.yaml and run `mlops-spec render`",
        )
    return parse(content, path, environment)


def parse(content: bytes, path: PurePosixPath, environment: str) -> Following | Declared:
    """Reads a deploy file.

    Raises:
        Failure: naming the file, the field, and what would be right (exit 2).
    """
    data = document_of(content, path).data
    if not isinstance(data, dict):
        raise Failure(f"{path}: not a mapping", remedy=f"see `mlops-spec promote open {environment}`")
    try:
        said = _SHAPES["follow" in data].validate_python(data)
    except ValidationError as error:
        place, message = first_error(error)
        raise Failure(f"{path}: {place + ': ' if place else ''}{message}") from error
    if said.environment != environment:
        raise Failure(f"{path}: environment: {said.environment!r}, but the file is that of {environment!r}")
    return said


def text_of(said: Declared) -> str:
    """The file's text."""
    return HEADER + yaml.safe_dump(said.model_dump(), sort_keys=False, allow_unicode=True, width=120)
