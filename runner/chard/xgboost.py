"""Curves of a training with XGBoost."""

from __future__ import annotations

from typing import Any

from . import log_metric


def log_metrics() -> Any:
    """Give a callback for ``train``, ``cv`` and estimators that reports each round's evaluations.

    Names are those that XGBoost prints (``validation_0-logloss``); their step is the number of
    rounds done.

    :raises ImportError: XGBoost is not installed.
    """
    from xgboost.callback import TrainingCallback

    class LogMetrics(TrainingCallback):  # type: ignore[misc]
        def after_iteration(self, model: Any, epoch: int, evals_log: dict[str, Any]) -> bool:
            for data, metrics in evals_log.items():
                for metric, values in metrics.items():
                    # Cross-validation gives a mean and its deviation.
                    value = values[-1][0] if isinstance(values[-1], tuple) else values[-1]
                    log_metric(f"{data}-{metric}", value, epoch + 1)
            return False

    return LogMetrics()
