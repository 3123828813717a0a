"""The section `governance`: what the model is for, who answers for it, what is kept."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from mlops_spec.spec.base import Duration, Owner, Strict, Text, no_items, words


def _is_in_the_calendar(text: str) -> str:
    date.fromisoformat(text)
    return text


IsoDate = Annotated[
    str,
    words(
        r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        10,
        "a day of the calendar as `YYYY-MM-DD`",
        "2027-01-31",
    ),
    AfterValidator(_is_in_the_calendar),
    Field(json_schema_extra={"format": "date"}),
]


class Retention(Strict):
    """How long records are kept."""

    predictions: Duration = "183d"


class Waiver(Strict):
    """A gate that may fail for a while, because somebody answers for it."""

    gate: Text = Field(description="The gate's id, such as `fairness/equalized_odds_difference/sex`.")
    reason: Text
    owner: Owner
    expires: IsoDate


class Governance(Strict):
    """What an auditor asks for."""

    risk: Literal["minimal", "limited", "high"] = Field("minimal", description="Class of the EU AI Act.")
    intended_use: Text | None = None
    out_of_scope: list[Text] = Field(default_factory=no_items)
    retention: Retention = Field(default_factory=Retention)
    separation_of_duties: bool = Field(True, description="Nobody approves a promotion of their own change.")
    provenance: Literal["none", "github"] = Field(
        "none", description="`github` attests each package by Sigstore (public repositories, or GitHub Enterprise)."
    )
    waivers: list[Waiver] = Field(default_factory=no_items)
