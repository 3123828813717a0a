"""An image as the model sees it: grey, 8 by 8 points, from 0 (black) to 1 (white)."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

SIDE = 8


def pixels(content: bytes) -> np.ndarray:
    """The points of one image file, shape (64,); raises OSError for bytes that are no image."""
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("L").resize((SIDE, SIDE)), dtype=np.float64).ravel() / 255
