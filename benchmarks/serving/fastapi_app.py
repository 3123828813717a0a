"""The model behind plain FastAPI on uvicorn, as a tutorial has it: arguments are the package and the port."""

import sys
from pathlib import Path

import pandas
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

sys.path.insert(0, sys.argv[1] + "/code")
from credit_default.predict import load

predict = load(Path(sys.argv[1]) / "model")
app = FastAPI()


class Tensor(BaseModel):
    """A column."""

    name: str
    shape: list[int]
    datatype: str
    data: list[int | float | str]


class Request(BaseModel):
    """The protocol's request."""

    inputs: list[Tensor]


@app.post("/v2/models/credit-default/infer")
def infer(request: Request) -> dict[str, object]:
    """One answer."""
    scores = predict(pandas.DataFrame({tensor.name: tensor.data for tensor in request.inputs})).tolist()
    output = {"name": "probability", "datatype": "FP64", "shape": [len(scores)], "data": scores}
    return {"model_name": "credit-default", "model_version": "1", "outputs": [output]}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)
