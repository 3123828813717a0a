"""The section `serve`: what the server does with what it is asked."""

from typing import Literal

from pydantic import Field

from mlops_spec.spec.base import Strict


class Serve(Strict):
    """How requests are answered."""

    contract: Literal["reject", "flag", "off"] = Field(
        "flag",
        description="A row outside the data contract, say of age 500: `reject` answers its request with 422, `flag` "
        "answers and says so, `off` does not look. Either is counted in the metrics, by input.",
    )
