"""The model behind LitServe: arguments are the package, the port, and how many requests are answered together."""

import sys
from pathlib import Path
from typing import Any

import litserve
import numpy
import pandas


class Api(litserve.LitAPI):
    """Requests as the Open Inference Protocol has them; a batch is one data frame."""

    def setup(self, device: str) -> None:  # noqa: ARG002 - the library's signature
        """Loads the model in the worker."""
        sys.path.insert(0, sys.argv[1] + "/code")
        from credit_default.predict import load  # noqa: PLC0415

        self.score = load(Path(sys.argv[1]) / "model")

    def decode_request(self, request: dict[str, Any]) -> pandas.DataFrame:
        """One request's rows."""
        return pandas.DataFrame({tensor["name"]: tensor["data"] for tensor in request["inputs"]})

    def batch(self, inputs: list[pandas.DataFrame]) -> list[pandas.DataFrame]:
        """The requests that are answered together."""
        return inputs

    def predict(self, x: Any) -> Any:
        """Scores of one request, or of each of a batch."""
        if not isinstance(x, list):
            return self.score(x)
        scores = self.score(pandas.concat(x, ignore_index=True))
        return numpy.split(scores, numpy.cumsum([len(rows) for rows in x])[:-1])

    def unbatch(self, output: Any) -> Any:
        """One answer for each."""
        return output

    def encode_response(self, output: numpy.ndarray) -> dict[str, Any]:
        """The protocol's answer."""
        tensor = {"name": "probability", "datatype": "FP64", "shape": [len(output)], "data": output.tolist()}
        return {"model_name": "credit-default", "model_version": "1", "outputs": [tensor]}


if __name__ == "__main__":
    together = int(sys.argv[3])
    api = Api(max_batch_size=together, batch_timeout=0.005 if together > 1 else 0.0)
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1)
    server.run(
        host="127.0.0.1", port=int(sys.argv[2]), num_api_servers=1, log_level="warning", generate_client_file=False
    )
