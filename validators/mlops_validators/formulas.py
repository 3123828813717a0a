"""What each measure computes: y is a row's truth, p its probability or value; tp, fp and fn count labels."""

from __future__ import annotations

FORMULAS = {
    "roc_auc": "share of (positive, negative) pairs in the right order, ties half",
    "average_precision": "sum over thresholds of precision x gain in recall",
    "brier_score": "mean of (p - y)^2; over several classes the sum over classes, up to 2",
    "log_loss": "mean of -ln p(truth), p clipped at 2.2e-16",
    "expected_calibration_error": (
        "sum over 10 bins of equal width of n_b/n x |mean y - mean p|; of several classes, of the most probable one"
    ),
    "accuracy": "share of rows told right",
    "balanced_accuracy": "mean recall of the classes in truth",
    "matthews_corrcoef": "correlation of truth and label; 0 when one is constant",
    "f1": "2 tp / (2 tp + fp + fn)",
    "precision": "tp / (tp + fp)",
    "recall": "tp / (tp + fn)",
    "roc_auc_ovr": "mean over classes of `roc_auc` of the class against the rest",
    "f1_macro": "mean over classes, or labels, of `f1`",
    "f1_weighted": "the same, weighted by rows of the class",
    "precision_macro": "mean over classes, or labels, of `precision`",
    "recall_macro": "mean over classes, or labels, of `recall`",
    "f1_micro": "2 tp / (2 tp + fp + fn), counted over all labels",
    "precision_micro": "tp / (tp + fp), counted over all labels",
    "recall_micro": "tp / (tp + fn), counted over all labels",
    "hamming_loss": "share of labels told wrong",
    "label_ranking_average_precision": (
        "mean over a row's labels of the share of labels among those scored no lower; 1 where it has all or none"
    ),
}
_OF_NUMBERS = {
    "r2": "1 - sum of squared errors / sum of squares about the mean",
    "explained_variance": "1 - variance of errors / variance of the truth",
    "mean_absolute_error": "mean of |y - p|, in the unit of y",
    "mean_squared_error": "mean of (y - p)^2, in the squared unit of y",
    "root_mean_squared_error": "its root, in the unit of y",
    "median_absolute_error": "median of |y - p|, in the unit of y",
    "mean_absolute_percentage_error": "mean of |y - p| / |y|; undefined where y is 0",
}
FORMULAS |= _OF_NUMBERS
FORMULAS |= {
    f"{name}_worst": f"{formula}; of several targets the worst, not their mean" for name, formula in _OF_NUMBERS.items()
}
FORMULAS |= {
    "mase": "mean of |y - p| / the mean |y_t - y_(t - season)| of the series in training",
    "rmsse": (
        "mean over series of the root of the mean of (y - p)^2 / the mean (y_t - y_(t - season))^2 of the series in "
        "training"
    ),
    "wape": "sum of |y - p| / sum of |y|",
    "smape": "mean of 2 |y - p| / (|y| + |p|), 0 where both are 0",
    "skill_naive": "1 - sum of |y - p| / the same of the naive forecast, the last known value",
    "skill_seasonal_naive": "1 - sum of |y - p| / the same of the last known value of the same season",
}
FORMULAS |= {
    "mean_pinball_loss": "mean over rows and quantiles of max(q (y - p_q), (q - 1) (y - p_q)), in the unit of y",
    "scaled_pinball_loss": "the same / the mean |y_t - y_(t - season)| of the series in training",
    "skill_pinball": (
        "1 - sum of pinball losses / the same of the seasonal naive forecast, with quantiles of its errors in training"
    ),
    "coverage": "share of rows within the outer two quantiles, both among them",
    "coverage_error": "|coverage - (the highest q - the lowest q)|",
    "mean_interval_score": (
        "mean of the width between the outer two quantiles, and of a row outside of how far / the share of rows that "
        "may lie on that side; in the unit of y"
    ),
    "mean_interval_width": "mean of the width between the outer two quantiles, in the unit of y",
    "exact_match": "share of answers that are their reference, letter by letter",
    "exact_match_normalized": "the same in lower case, without punctuation and the articles a, an, the (SQuAD)",
    "token_f1": "mean of 2 x common words / (words of the answer + of the reference), words as above (SQuAD)",
    "rouge_l": "mean of 2 x the longest common subsequence of words / (words of both); words are of a-z and 0-9",
    "chrf_mean": "mean of `chrf` of each row alone (sacrebleu's sentence score)",
    "chrf": (
        "F of recall four times precision, both means over character runs of 1 to 6, counted over all rows (sacrebleu)"
    ),
}
