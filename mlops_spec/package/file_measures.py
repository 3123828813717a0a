"""What is measured of a file's bytes: its size, and of an image how bright it is."""

from __future__ import annotations

import io
import math
import warnings
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mlops_spec.package.file_kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_IMAGES = frozenset({"png", "jpeg", "gif", "webp", "bmp"})
_MOST_POINTS = 2**25  # a small file may unpack to gigabytes
_THUMBNAIL = (256, 256)
_DIGITS = 3
_LOOKED_AT = 1000


def measured(content: bytes | None) -> Mapping[str, float]:
    """The measures by their names in `spec.data.MEASURES`; NaN for what can't be known."""
    if content is None:
        return {"bytes": math.nan, "brightness": math.nan}
    return {"bytes": float(len(content)), "brightness": _brightness(content)}


def measured_in_place(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with what is measured of files in place of each column that holds their bytes."""
    objects = [name for name, kind in frame.dtypes.items() if kind == np.dtype(object)]  # texts are of another type
    held = [name for name in objects if any(isinstance(value, bytes) for value in frame[name].head(_LOOKED_AT))]
    for name in held:
        found = pd.DataFrame(list(map(measured, frame[name])), index=frame.index)
        frame = frame.drop(columns=[name]).join(found.add_prefix(f"{name}."))
    return frame


def _brightness(content: bytes) -> float:
    """The mean of all points, from 0 to 1; of a large image that of a thumbnail."""
    image = _image_module()
    if image is None or kind_of(content) not in _IMAGES:
        return math.nan
    try:
        with warnings.catch_warnings(), image.open(io.BytesIO(content)) as opened:
            warnings.simplefilter("ignore")
            if opened.width * opened.height > _MOST_POINTS:
                return math.nan
            opened.thumbnail(_THUMBNAIL)
            grey = np.asarray(opened.convert("L"))
    except Exception:  # whatever a decoder makes of bytes that only look like an image
        return math.nan
    return round(float(grey.mean()) / 255, _DIGITS)


@cache
def _image_module() -> Any:
    """Pillow, which comes with the extra `run`; a host that only serves may be without it."""
    return import_module("PIL.Image") if find_spec("PIL") else None
