"""A model whose answers are texts, over HTTP: one text a row, under the output's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.targets.live import Served

    from .conftest import Server

CODE = """
def load(folder):
    def predict(frame):
        return [None if age == 99 else f"Zoë is\\n{age:.0f}" for age in frame["age"]]

    return predict
"""


def test_an_answer_of_text_is_served_as_it_is_and_none_is_a_failure(
    server: Server, packages: Callable[..., Served], request_of: Callable[..., Any], row: dict[str, Any]
) -> None:
    server.want(stable=packages("v1.0.0", code=CODE, task="generation", classes=()))

    _, metadata = server.get("/v2/models/demo")
    code, told = server.post(request_of(row | {"age": 40}, row | {"age": 41}))
    refused, why = server.post(request_of(row | {"age": 99}))

    assert metadata["outputs"] == [{"name": "text", "datatype": "BYTES", "shape": [-1]}]
    assert code == 200
    (output,) = told["outputs"]
    assert (output["name"], output["datatype"], output["shape"]) == ("text", "BYTES", [2])
    assert output["data"] == ["Zoë is\n40", "Zoë is\n41"]
    assert refused == 500
    assert "is no text, but None" in why["error"]
