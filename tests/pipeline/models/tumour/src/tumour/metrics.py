"""A measure of this model's own: a tumour overlooked costs five times a false alarm."""

import numpy as np


def cost(y_true: np.ndarray, y_score: np.ndarray) -> float:
    return float(np.mean(np.where(y_true == 1, 5 * (y_score < 0.3), y_score >= 0.3)))
