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
    WilcoxonPruner,
)

from chard_suggester.failures import SuggesterError, require
from chard_suggester.settings import Settings


def make_pruner(name: str, texts: Mapping[str, str]) -> BasePruner:
    """Make a rule's pruner. Raises `early-stopping-unknown`, `setting-invalid`."""
    make = _PRUNERS.get(name)
    if make is None:
        raise SuggesterError(
            "early-stopping-unknown",
            f'There is no early stopping "{name}" here. Those there are: {", ".join(_PRUNERS)}.',
        )
    settings = Settings(f'The early stopping "{name}"', texts)
    return make(settings)


def _warm_up(settings: Settings, default: int) -> int:
    """Give the first step that counts: `start_step` counts values from 1, Optuna's steps from 0."""
    return max(0, settings.whole("start_step", default) - 1)


def _median(settings: Settings) -> BasePruner:
    return MedianPruner(
        n_startup_trials=settings.whole("min_trials_required", 3),
        n_warmup_steps=_warm_up(settings, 4),
    )


def _percentile(settings: Settings) -> BasePruner:
    return PercentilePruner(
        settings.number("percentile", 25.0) or 25.0,
        n_startup_trials=settings.whole("min_trials_required", 3),
        n_warmup_steps=_warm_up(settings, 4),
    )


def _successive_halving(settings: Settings) -> BasePruner:
    return SuccessiveHalvingPruner(
        min_resource=settings.whole("min_resource", 1),
        reduction_factor=settings.whole("reduction_factor", 4),
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
        n_warmup_steps=_warm_up(settings, 1),
    )


def _patient(settings: Settings) -> BasePruner:
    return PatientPruner(
        None,
        patience=settings.whole("patience", 3),
        min_delta=settings.number("min_delta", 0.0) or 0.0,
    )


def _wilcoxon(settings: Settings) -> BasePruner:
    require('The early stopping "wilcoxon"', ("scipy",))
    return WilcoxonPruner(
        p_threshold=settings.number("p_threshold", 0.1) or 0.1,
        n_startup_steps=settings.whole("start_step", 2),
    )


_PRUNERS: Mapping[str, Callable[[Settings], BasePruner]] = {
    "medianstop": _median,
    "percentile": _percentile,
    "successive-halving": _successive_halving,
    "hyperband": _hyperband,
    "threshold": _threshold,
    "patient": _patient,
    "wilcoxon": _wilcoxon,
}
