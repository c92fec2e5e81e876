"""The rules that give a trial up before its end, by name, as Optuna's pruners."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable

from optuna.pruners import (
    BasePruner,
    HyperbandPruner,
    MedianPruner,
    PatientPruner,
    PercentilePruner,
    SuccessiveHalvingPruner,
    ThresholdPruner,
)

from chard_suggester.failures import SuggesterError
from chard_suggester.settings import Settings


def make_pruner(name: str, texts: Mapping[str, str]) -> BasePruner:
    """Make a rule's pruner. Raises `early-stopping-unknown`, `setting-unknown`, `setting-invalid`."""
    make = _PRUNERS.get(name)
    if make is None:
        raise SuggesterError(
            "early-stopping-unknown",
            f'There is no early stopping "{name}" here. Those there are: {", ".join(_PRUNERS)}.',
        )
    settings = Settings(f'The early stopping "{name}"', texts)
    pruner = make(settings)
    settings.close()
    return pruner


def _median(settings: Settings) -> BasePruner:
    """Katib's median stop: its names and its defaults."""
    return MedianPruner(
        n_startup_trials=settings.whole("min_trials_required", 3),
        n_warmup_steps=settings.whole("start_step", 4),
        interval_steps=settings.whole("interval_steps", 1),
    )


def _percentile(settings: Settings) -> BasePruner:
    percentile = settings.number("percentile", 25.0)
    return PercentilePruner(
        25.0 if percentile is None else percentile,
        n_startup_trials=settings.whole("min_trials_required", 5),
        n_warmup_steps=settings.whole("start_step", 0),
        interval_steps=settings.whole("interval_steps", 1),
    )


def _successive_halving(settings: Settings) -> BasePruner:
    return SuccessiveHalvingPruner(
        min_resource=settings.whole("min_resource", 0) or "auto",
        reduction_factor=settings.whole("reduction_factor", 4),
        min_early_stopping_rate=settings.whole("min_early_stopping_rate", 0),
    )


def _hyperband(settings: Settings) -> BasePruner:
    return HyperbandPruner(
        min_resource=settings.whole("min_resource", 1),
        max_resource=settings.whole("max_resource", 0) or "auto",
        reduction_factor=settings.whole("reduction_factor", 3),
    )


def _threshold(settings: Settings) -> BasePruner:
    return ThresholdPruner(
        lower=settings.number("lower", None),
        upper=settings.number("upper", None),
        n_warmup_steps=settings.whole("start_step", 0),
    )


def _patient(settings: Settings) -> BasePruner:
    return PatientPruner(
        None,
        patience=settings.whole("patience", 3),
        min_delta=settings.number("min_delta", 0.0) or 0.0,
    )


_PRUNERS: Mapping[str, Callable[[Settings], BasePruner]] = {
    "medianstop": _median,
    "percentile": _percentile,
    "successivehalving": _successive_halving,
    "hyperband": _hyperband,
    "threshold": _threshold,
    "patient": _patient,
}
