"""The algorithms by the names that Katib gives them, as Optuna's samplers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Callable

from optuna.pruners import BasePruner, HyperbandPruner
from optuna.samplers import (
    BaseSampler,
    CmaEsSampler,
    GPSampler,
    GridSampler,
    QMCSampler,
    RandomSampler,
    TPESampler,
)

from chard_suggester.failures import SuggesterError, require
from chard_suggester.settings import Settings
from chard_suggester.space import Parameter

#: What an algorithm imports beyond Optuna's own dependencies.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "cmaes": ("cmaes",),
    "sobol": ("scipy",),
    "bayesianoptimization": ("torch", "scipy"),
}

Make = Callable[[Settings, "int | None", Sequence[Parameter]], BaseSampler]


def make_sampler(
    name: str, texts: Mapping[str, str], seed: int | None, parameters: Sequence[Parameter]
) -> tuple[BaseSampler, BasePruner | None]:
    """Make an algorithm's sampler, and the pruner that belongs to it where one does.

    Raises `algorithm-unknown`, `packages-missing`, `setting-invalid`.
    """
    make = _SAMPLERS.get(name)
    if make is None:
        raise SuggesterError(
            "algorithm-unknown",
            f'There is no algorithm "{name}" here. Those there are: {", ".join(_SAMPLERS)}.',
        )
    require(f'The algorithm "{name}"', NEEDS.get(name, ()))
    settings = Settings(f'The algorithm "{name}"', texts)
    sampler = make(settings, seed, parameters)
    return sampler, _hyperband(settings) if name == "hyperband" else None


def _random(settings: Settings, seed: int | None, _: Sequence[Parameter]) -> BaseSampler:
    return RandomSampler(seed=seed)


def _grid(settings: Settings, seed: int | None, parameters: Sequence[Parameter]) -> BaseSampler:
    return GridSampler({each.name: each.points() for each in parameters}, seed=seed)


def _tpe(settings: Settings, seed: int | None, _: Sequence[Parameter]) -> BaseSampler:
    return _tpe_sampler(settings, seed, multivariate=False, candidates="n_EI_candidates")


def _multivariate_tpe(settings: Settings, seed: int | None, _: Sequence[Parameter]) -> BaseSampler:
    return _tpe_sampler(settings, seed, multivariate=True, candidates="n_ei_candidates")


def _tpe_sampler(
    settings: Settings, seed: int | None, *, multivariate: bool, candidates: str
) -> BaseSampler:
    return TPESampler(
        seed=seed,
        multivariate=multivariate,
        # Trials that run count as bad ones, so that those side by side do not crowd together.
        constant_liar=True,
        n_startup_trials=settings.whole("n_startup_trials", 10),
        n_ei_candidates=settings.whole(candidates, 24),
        prior_weight=settings.number("prior_weight", None),
    )


def _cmaes(settings: Settings, seed: int | None, _: Sequence[Parameter]) -> BaseSampler:
    return CmaEsSampler(
        seed=seed, sigma0=settings.number("sigma", None), warn_independent_sampling=False
    )


def _sobol(settings: Settings, seed: int | None, _: Sequence[Parameter]) -> BaseSampler:
    return QMCSampler(
        qmc_type="sobol",
        seed=seed,
        warn_asynchronous_seeding=False,
        warn_independent_sampling=False,
    )


def _bayesian(settings: Settings, seed: int | None, _: Sequence[Parameter]) -> BaseSampler:
    return GPSampler(
        seed=seed,
        n_startup_trials=settings.whole("n_initial_points", 10),
        warn_independent_sampling=False,
    )


def _hyperband(settings: Settings) -> BasePruner:
    """Make Hyperband's brackets; `r_l` is Katib's word for the most that a trial may use."""
    most = settings.number("r_l", None)
    return HyperbandPruner(
        max_resource="auto" if most is None else int(most),
        reduction_factor=max(2, round(settings.number("eta", 3.0) or 3.0)),
    )


_SAMPLERS: Mapping[str, Make] = {
    "random": _random,
    "grid": _grid,
    "tpe": _tpe,
    "multivariate-tpe": _multivariate_tpe,
    "cmaes": _cmaes,
    "sobol": _sobol,
    "hyperband": _random,
    "bayesianoptimization": _bayesian,
}
