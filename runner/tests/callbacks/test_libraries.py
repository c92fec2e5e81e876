"""The callbacks in the libraries themselves, where they are installed: ``make test-frameworks``."""

from __future__ import annotations

import os
from typing import Any

import chard
import pytest

Reported = list[tuple[str, Any, Any]]


@pytest.fixture
def reported(monkeypatch: pytest.MonkeyPatch) -> Reported:
    """What is reported as in a run."""
    metrics: Reported = []
    monkeypatch.setattr(chard, "_report", lambda name, value, at: metrics.append((name, value, at)))
    return metrics


def steps(reported: Reported) -> dict[str, list[Any]]:
    """The steps of each curve; every value is a number."""
    curves: dict[str, list[Any]] = {}
    for name, value, at in reported:
        assert isinstance(value, float)
        curves.setdefault(name, []).append(at)
    return curves


def test_keras(reported: Reported, monkeypatch: pytest.MonkeyPatch) -> None:
    if "KERAS_BACKEND" not in os.environ:
        monkeypatch.setenv("KERAS_BACKEND", "jax")
    keras = pytest.importorskip("keras")
    numpy = pytest.importorskip("numpy")
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    model.compile(loss="mse", metrics=["mae"])
    data = numpy.ones((8, 2)), numpy.ones((8, 1))
    callbacks = [chard.keras.log_metrics()]
    model.fit(*data, validation_data=data, epochs=2, verbose=0, callbacks=callbacks)
    expected = {name: [1, 2] for name in ("loss", "mae", "val_loss", "val_mae")}
    assert steps(reported) == expected


def test_lightning(reported: Reported) -> None:
    torch = pytest.importorskip("torch")
    lightning = pytest.importorskip("lightning.pytorch")

    class Model(lightning.LightningModule):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(2, 1)

        def training_step(self, batch: Any, _index: int) -> Any:
            loss = self.layer(batch).square().mean()
            self.log("loss", loss)
            return loss

        def validation_step(self, batch: Any, _index: int) -> None:
            self.log("val_loss", self.layer(batch).square().mean())

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters())

    trainer = lightning.Trainer(
        max_epochs=2,
        callbacks=[chard.lightning.log_metrics()],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
    )
    data = torch.utils.data.DataLoader(torch.ones(8, 2))
    trainer.fit(Model(), data, data)
    assert steps(reported) == {"loss": [1, 2], "val_loss": [1, 2]}


def test_xgboost(reported: Reported) -> None:
    xgboost = pytest.importorskip("xgboost")
    numpy = pytest.importorskip("numpy")
    data = xgboost.DMatrix(numpy.arange(20).reshape(10, 2), numpy.arange(10))
    callbacks = [chard.xgboost.log_metrics()]
    xgboost.train(
        {"eval_metric": "rmse"},
        data,
        2,
        evals=[(data, "valid")],
        callbacks=callbacks,
        verbose_eval=False,
    )
    xgboost.cv({"eval_metric": "mae"}, data, 1, nfold=2, callbacks=[chard.xgboost.log_metrics()])
    assert steps(reported) == {"valid-rmse": [1, 2], "train-mae": [1], "test-mae": [1]}


def test_lightgbm(reported: Reported) -> None:
    lightgbm = pytest.importorskip("lightgbm")
    numpy = pytest.importorskip("numpy")
    data = lightgbm.Dataset(numpy.arange(80.0).reshape(40, 2), numpy.arange(40.0))
    lightgbm.train(
        {"metric": "l2", "verbosity": -1},
        data,
        2,
        valid_sets=[data],
        valid_names=["valid"],
        callbacks=[chard.lightgbm.log_metrics()],
    )
    assert steps(reported) == {"valid-l2": [1, 2]}
