"""Curves of a training with PyTorch Lightning."""

from __future__ import annotations

from typing import Any

from . import log_metric


def log_metrics() -> Any:
    """Give a callback for ``Trainer(callbacks=[...])`` that reports what modules log, each epoch.

    Names are those of ``self.log``; their step is the number of epochs done.

    :raises ImportError: neither ``lightning`` nor ``pytorch_lightning`` is installed.
    """
    try:
        from lightning.pytorch import Callback
    except ImportError:
        from pytorch_lightning import Callback

    class LogMetrics(Callback):  # type: ignore[misc]
        # After the epoch's validation, whose values are among them.
        def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
            for name, value in trainer.callback_metrics.items():
                log_metric(name, value, trainer.current_epoch + 1)

    return LogMetrics()
