"""A measure of this model's own: a tumour overlooked costs twice a false alarm, by the root of how far off it is."""

import numpy as np


def cost(y_true: np.ndarray, y_score: np.ndarray) -> float:
    return float(np.mean(np.where(y_true == 1, 2.0, 1.0) * np.sqrt(np.abs(y_true - y_score))))
