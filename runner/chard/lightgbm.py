"""Curves of a training with LightGBM."""

from __future__ import annotations

from typing import Any, Callable

from . import log_metric


def log_metrics() -> Callable[[Any], None]:
    """Give a callback for ``train``, ``cv`` and estimators that reports each round's evaluations.

    Names are data set and metric (``valid_0-auc``); their step is the number of rounds done.
    """

    def report(environment: Any) -> None:
        for data, metric, value, *_ in environment.evaluation_result_list or []:
            log_metric(f"{data}-{metric}", value, environment.iteration + 1)

    return report
