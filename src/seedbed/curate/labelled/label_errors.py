"""Which labels are probably wrong: confident learning (Northcutt, Jiang and Chuang 2021, doi:10.1613/jair.1.12125).

A classifier that never saw a row says how probable each class is for it. A row is an issue where another class is
more probable than that class's own rows usually are; how many rows of each pair of classes are taken is the
estimated joint distribution of given and true labels. The counting is cleanlab's, always with one job: two jobs
were measured at 76-97 s where one takes 1 s.

The default classifier is logistic regression on the rows' vectors, in `folds` parts drawn within classes. Its
strength C is the one of `STRENGTHS` with the best out-of-fold log-likelihood of the labels as they are given:
no clean label and no test row is needed. Bring a better model's probabilities where there are any.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed.curate.labelled.draws import stream
from seedbed.curate.labelled.features import labels_of, standardised, vector_column, vectors
from seedbed.curate.operator import Operator
from seedbed.errors import UsageError
from seedbed.registry import register

STRENGTHS = (0.01, 0.1, 1.0, 10.0)  # C of the logistic regression: smaller is smoother
INSTALL = "pip install 'seedbed[curate]'"


@dataclass(frozen=True)
class LabelReview:
    """One entry a row, and `noise[i, j]`: estimated probability that a row of true class j is labelled i."""

    quality: np.ndarray  # 0..1: probability of the given label
    issue: np.ndarray  # bool
    suggested: np.ndarray  # class number that the classifier finds most probable
    noise: np.ndarray  # (classes, classes), columns sum to 1


def review_labels(codes: np.ndarray, probabilities: np.ndarray) -> LabelReview:
    """Confident learning from class numbers (n,) and out-of-fold probabilities (n, classes)."""
    count, filters, rank = _cleanlab()
    joint = count.compute_confident_joint(codes, probabilities)
    noise = count.estimate_latent(joint, codes)[1]
    issue = filters.find_label_issues(codes, probabilities, confident_joint=joint, n_jobs=1)
    quality = rank.get_label_quality_scores(codes, probabilities)
    return LabelReview(np.clip(quality, 0, 1), issue, probabilities.argmax(axis=1), noise)


def out_of_fold(found: np.ndarray, codes: np.ndarray, *, folds: int = 5, seed: int = 0) -> np.ndarray:
    """Probabilities (n, classes) of a logistic regression that was trained without the row's fold.

    UsageError for one class only, and for a class with fewer rows than folds.
    """
    part = stratified_folds(codes, folds, seed)
    scaled, rows = standardised(found), np.arange(len(codes))
    tried = [_cross_fit(scaled, codes, part, strength) for strength in STRENGTHS]
    likelihood = [np.log(np.maximum(p[rows, codes], 1e-12)).mean() for p in tried]
    return tried[int(np.argmax(likelihood))]


def stratified_folds(codes: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """The fold 0..folds-1 of each row; every class is spread as evenly as it goes."""
    sizes = np.bincount(codes)
    if folds < 2:
        raise UsageError(f"{folds} folds", where="folds", hint="at least 2")
    if len(sizes) < 2:
        raise UsageError("all rows have one label", where="label", hint="label errors need two classes or more")
    if sizes.min() < folds:
        what = f"a class has {sizes.min()} rows, fewer than the {folds} folds"
        raise UsageError(what, where="folds", hint="fewer folds, or leave the class out")
    order = stream(seed, "folds").permutation(len(codes))
    order = order[np.argsort(codes[order], kind="stable")]
    part = np.empty(len(codes), dtype=np.int64)
    part[order] = np.arange(len(codes)) % folds
    return part


@register("operator", "label_errors")
class LabelErrors(Operator):
    """score.label_quality: probability of the given label, 0..1. label_issue: whether it is probably wrong.
    suggested_label: the most probable label of an issue, null elsewhere.

    `probabilities` names a column with the user's own out-of-sample probabilities, one list a row, classes in
    sorted order; without it a logistic regression on `vectors` is cross-fitted.
    """

    reads = ("id",)  # and the columns that `needs` names
    writes = ("score.label_quality", "label_issue", "suggested_label")
    whole = True

    def __init__(
        self,
        label: str = "label",
        vectors: str | None = None,
        probabilities: str | None = None,
        folds: int = 5,
        seed: int = 0,
    ) -> None:
        self.label, self.vectors, self.probabilities = label, vectors, probabilities
        self.folds, self.seed = folds, seed

    def needs(self, columns: Sequence[str]) -> list[str]:
        source = self.probabilities or vector_column(columns, self.vectors)
        return ["id", self.label, source]

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        table = pa.table(batch)
        kind = table.schema.field(self.label).type if self.label in table.column_names else pa.string()
        if table.num_rows == 0:
            return {name: pa.array([], t) for name, t in zip(self.writes, (pa.float32(), pa.bool_(), kind))}
        classes, codes = labels_of(table, self.label)
        found = review_labels(codes, self._probabilities(table, codes, len(classes)))
        suggested = [classes[k] if bad else None for k, bad in zip(found.suggested, found.issue)]
        return {
            "score.label_quality": pa.array(found.quality, pa.float32()),
            "label_issue": pa.array(found.issue, pa.bool_()),
            "suggested_label": pa.array(suggested, kind),
        }

    def _probabilities(self, table: pa.Table, codes: np.ndarray, classes: int) -> np.ndarray:
        if self.probabilities is None:
            return out_of_fold(vectors(table, self.vectors), codes, folds=self.folds, seed=self.seed)
        given = vectors(table, self.probabilities)
        if given.shape[1] != classes:
            what = f"{given.shape[1]} probabilities a row for {classes} classes"
            raise UsageError(what, where=self.probabilities, hint="one for each label, in sorted order")
        if classes < 2:
            raise UsageError("all rows have one label", where="label", hint="label errors need two classes or more")
        if given.min() < 0 or np.abs(given.sum(axis=1) - 1).max() > 1e-3:
            raise UsageError("a row does not add up to 1", where=self.probabilities, hint="give probabilities")
        return given


def logistic(strength: float) -> Any:
    """scikit-learn's logistic regression, as all of this folder uses it."""
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        raise UsageError("scikit-learn is not installed", where="logistic regression", hint=INSTALL) from None
    return LogisticRegression(C=strength, max_iter=500, tol=1e-3)


def fitted(model: Any, found: np.ndarray, codes: np.ndarray, weights: np.ndarray | None = None) -> Any:
    """The model, fitted; one that stopped at its last iteration still ranks, so that is not warned of."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*converge")
        return model.fit(found, codes) if weights is None else model.fit(found, codes, sample_weight=weights)


def _cross_fit(found: np.ndarray, codes: np.ndarray, part: np.ndarray, strength: float) -> np.ndarray:
    probabilities = np.zeros((len(codes), int(codes.max()) + 1))
    for fold in np.unique(part):
        model = fitted(logistic(strength), found[part != fold], codes[part != fold])
        probabilities[part == fold] = model.predict_proba(found[part == fold])
    return probabilities


def _cleanlab() -> tuple[Any, Any, Any]:
    try:
        from cleanlab import count, rank
        from cleanlab import filter as filters
    except ImportError:
        raise UsageError("cleanlab is not installed", where="label_errors", hint=INSTALL) from None
    return count, filters, rank
