"""The callbacks of ``chard``, beside small fakes of the libraries they are for."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import chard
import pytest
from engine import environment

Reported = list[tuple[str, Any, Any]]


@pytest.fixture
def reported(monkeypatch: pytest.MonkeyPatch) -> Reported:
    """What is reported as in a run."""
    metrics: Reported = []
    monkeypatch.setattr(chard, "_report", lambda name, value, at: metrics.append((name, value, at)))
    return metrics


def fake(monkeypatch: pytest.MonkeyPatch, name: str, **content: Any) -> None:
    """Put a module in the place of a library's, and of the packages that it lies in."""
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        monkeypatch.setitem(sys.modules, ".".join(parts[:count]), ModuleType(parts[count - 1]))
    for key, value in content.items():
        setattr(sys.modules[name], key, value)


class Base:
    """What a library's callbacks are derived from."""


def test_keras(monkeypatch: pytest.MonkeyPatch, reported: Reported) -> None:
    fake(monkeypatch, "keras", callbacks=SimpleNamespace(Callback=Base))
    callback = chard.keras.log_metrics()
    assert isinstance(callback, Base)
    callback.on_epoch_end(0, {"loss": 0.5, "val_loss": float("inf")})
    callback.on_epoch_end(1)
    assert reported == [("loss", 0.5, 1), ("val_loss", float("inf"), 1)]


@pytest.mark.parametrize("package", ["lightning.pytorch", "pytorch_lightning"])
def test_lightning(monkeypatch: pytest.MonkeyPatch, reported: Reported, package: str) -> None:
    monkeypatch.setitem(sys.modules, "lightning.pytorch", None)
    fake(monkeypatch, package, Callback=Base)
    callback = chard.lightning.log_metrics()
    assert isinstance(callback, Base)
    trainer = SimpleNamespace(callback_metrics={"val_loss": 0.25}, current_epoch=4)
    callback.on_train_epoch_end(trainer, None)
    assert reported == [("val_loss", 0.25, 5)]


def test_xgboost(monkeypatch: pytest.MonkeyPatch, reported: Reported) -> None:
    fake(monkeypatch, "xgboost.callback", TrainingCallback=Base)
    callback = chard.xgboost.log_metrics()
    assert isinstance(callback, Base)
    log = {"train": {"rmse": [3.0, 2.0]}, "test": {"rmse": [(4.0, 0.1), (3.5, 0.1)]}}
    assert callback.after_iteration(None, 1, log) is False
    assert reported == [("train-rmse", 2.0, 2), ("test-rmse", 3.5, 2)]


def test_lightgbm(reported: Reported) -> None:
    callback = chard.lightgbm.log_metrics()
    results = [("valid_0", "auc", 0.75, True), ("cv_agg", "auc-mean", 0.5, True, 0.01)]
    callback(SimpleNamespace(iteration=2, evaluation_result_list=results))
    callback(SimpleNamespace(iteration=3, evaluation_result_list=None))
    assert reported == [("valid_0-auc", 0.75, 3), ("cv_agg-auc-mean", 0.5, 3)]


def test_no_library_is_loaded_before_its_callback_is_made() -> None:
    code = (
        "import sys, chard\n"
        "chard.keras, chard.lightning, chard.xgboost, chard.lightgbm\n"
        "print({'keras', 'lightning', 'xgboost', 'lightgbm'} & set(sys.modules))\n"
        "try: chard.nothing\n"
        "except AttributeError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True
    )
    assert done.stdout == "set()\nmodule 'chard' has no attribute 'nothing'\n", done.stderr
