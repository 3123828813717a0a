"""The strict model that every section derives from, and the field types that they share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

# Text reaches rendered workflows and pipelines, where `${` starts an expression of DVC or Actions; control and
# bidirectional characters make a reviewer read something else than what the machine reads.
_UNSAFE = "\\u0000-\\u001f\\u007f-\\u009f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff"
SAFE_TEXT = rf"^(?!.*\$\{{)[^{_UNSAFE}]+$"


class Strict(BaseModel):
    """A section: unknown keys are errors, values are never coerced, nothing changes after validation."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        populate_by_name=False,
        regex_engine="python-re",
    )


Text = Annotated[str, StringConstraints(pattern=SAFE_TEXT, max_length=500)]
ModelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=63)]
StageName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*([_-][a-z0-9]+)*$", max_length=63)]
EnvironmentName = ModelName
ColumnName = Annotated[str, StringConstraints(pattern=SAFE_TEXT, max_length=128)]
MetricName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=63)]
# Relative, inside the repository, without `..`, a leading `/`, `~` or `-`, or a backslash.
RepoPath = Annotated[
    str,
    StringConstraints(pattern=r"^(?!.*(^|/)\.\.?(/|$))(?![/~-])[\w@+=,. /-]*[\w@+=,. -]$", max_length=255),
]
# `package.module:function`
EntryPoint = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$", max_length=255)]
Command = Annotated[str, StringConstraints(pattern=SAFE_TEXT, max_length=1000)]
# `@user` or `@organization/team`, as CODEOWNERS has them
Owner = Annotated[
    str, StringConstraints(pattern=r"^@[A-Za-z0-9][A-Za-z0-9-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?$", max_length=140)
]
Duration = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,6}(ms|s|m|h|d)$")]
Size = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,6}(kB|MB|GB)$")]
Scalar = bool | int | float | Text
Probability = Annotated[float, Field(ge=0, le=1)]

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_BYTES = {"kB": 10**3, "MB": 10**6, "GB": 10**9}


def seconds(duration: str) -> float:
    """Seconds in a `Duration`.

    >>> seconds("1h"), seconds("50ms")
    (3600.0, 0.05)
    """
    number = duration.rstrip("smhd")
    return int(number) * _SECONDS[duration[len(number) :]]


def size_in_bytes(size: str) -> int:
    """Bytes in a `Size`; the prefixes are the SI's.

    >>> size_in_bytes("50MB")
    50000000
    """
    return int(size[:-2]) * _BYTES[size[-2:]]
