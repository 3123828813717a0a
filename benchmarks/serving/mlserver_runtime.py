"""The model as a runtime of MLServer, which speaks the Open Inference Protocol; `MODEL_PACKAGE` is the package."""

import os
import sys
from pathlib import Path

from mlserver import MLModel
from mlserver.codecs import NumpyCodec, PandasCodec
from mlserver.types import InferenceRequest, InferenceResponse


class CreditDefault(MLModel):
    """Each column is an input."""

    async def load(self) -> bool:
        """Loads the model, in the worker where there is one."""
        package = os.environ["MODEL_PACKAGE"]
        sys.path.insert(0, package + "/code")
        from credit_default.predict import load  # noqa: PLC0415

        self._score = load(Path(package) / "model")
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """One answer; with adaptive batching the payload holds the rows of several requests."""
        scores = self._score(self.decode_request(payload, default_codec=PandasCodec))
        output = NumpyCodec.encode_output("probability", scores)
        return InferenceResponse(model_name=self.name, model_version=self.version, outputs=[output])
