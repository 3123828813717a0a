"""The server speaks the Open Inference Protocol and says which version answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mlops_spec.serve.wanted import Served

if TYPE_CHECKING:
    from conftest import Server

Ask = Callable[..., dict[str, Any]]
Packages = Callable[..., Served]


def test_an_answer(server: Server, packages: Packages, request_of: Ask) -> None:
    server.want(stable=packages("v1.0.0", value=0.25))
    assert server.post(request_of(id="a"))[0] == 200
