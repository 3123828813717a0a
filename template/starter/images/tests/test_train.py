"""Training gives a model that answers with the bytes of images, and that anybody may load."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
import yaml
from PIL import Image

from my_images import predict, train
from my_images.pixels import pixels

SPEC: dict[str, Any] = yaml.safe_load(Path("model.yaml").read_text(encoding="utf-8"))


def png(points: np.ndarray) -> bytes:
    kept = io.BytesIO()
    Image.fromarray(points.astype(np.uint8)).save(kept, "PNG")
    return kept.getvalue()


@pytest.fixture(scope="module")
def images() -> list[bytes]:
    """20 dark and 20 bright ones."""
    random = np.random.default_rng(0)
    return [png(random.integers(0, 80, (8, 8)) + (150 if number % 2 else 0)) for number in range(40)]


@pytest.fixture(scope="module")
def model_dir(images: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    labels = pd.Series([number % 2 for number in range(40)])
    skops.io.dump(train.fit(np.stack([pixels(each) for each in images]), labels, SPEC), folder / "model.skops")
    return folder


def test_a_probability_for_each_class(images: list[bytes], model_dir: Path) -> None:
    probability = predict.load(model_dir)(pd.DataFrame({"file": images}))

    assert probability.shape == (40, 2)
    assert (probability.argmax(axis=1) == np.arange(40) % 2).all()


def test_the_file_needs_no_trusted_types(model_dir: Path) -> None:
    assert skops.io.get_untrusted_types(file=model_dir / "model.skops") == []


def test_bytes_that_are_no_image_are_refused(model_dir: Path) -> None:
    with pytest.raises(OSError, match="cannot identify image"):
        predict.load(model_dir)(pd.DataFrame({"file": [b"no image"]}))
