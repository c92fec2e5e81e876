"""Curves of a training with Keras."""

from __future__ import annotations

from typing import Any

from . import log_metric


def log_metrics() -> Any:
    """Give a callback for ``model.fit`` that reports each epoch's losses and metrics.

    They keep Keras' names (``loss``, ``val_loss``, ``accuracy``, ...); their step is the number
    of epochs done.

    :raises ImportError: Keras is not installed.
    """
    import keras

    class LogMetrics(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
            for name, value in (logs or {}).items():
                log_metric(name, value, epoch + 1)

    return LogMetrics()
