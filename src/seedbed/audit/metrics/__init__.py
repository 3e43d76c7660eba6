"""Metrics: plain functions, each registered by name.

    rates        (counts, positive) -> (successes, trials)     Wilson intervals, exact permutation null
    of counts    (counts, positive) -> value                   bootstrap from counts
    of rows      (y_true, y_pred) -> value                     a user's plain function; bootstrap by rows
    of scores    (y_true, y_pred, score) -> value              needs `score=`; bootstrap by rows

`counts` has shape (..., labels, predictions) over one common list of classes; `positive` is the position of
the positive class. Undefined is nan: a group without positives has no true positive rate.
"""
