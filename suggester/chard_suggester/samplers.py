"""The algorithms by the names that Katib gives them, as Optuna's samplers."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any, Callable

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

from chard_suggester.failures import SuggesterError, packages_missing
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

    Raises `algorithm-unknown`, `packages-missing`, `setting-unknown`, `setting-invalid`.
    """
    make = _SAMPLERS.get(name)
    if make is None:
        raise SuggesterError(
            "algorithm-unknown",
            f'There is no algorithm "{name}" here. Those there are: {", ".join(_SAMPLERS)}.',
        )
    require(f'The algorithm "{name}"', NEEDS.get(name, ()))
    settings = Settings(f'The algorithm "{name}"', texts)
    stated = settings.whole("random_state", -1)
    seed = seed if seed is not None or stated < 0 else stated
    sampler = make(settings, seed, parameters)
    pruner = _hyperband(settings) if name == "hyperband" else None
    settings.close()
    return sampler, pruner


def require(what: str, packages: tuple[str, ...]) -> None:
    """Raise `packages-missing` where some are not installed; nothing is imported."""
    missing = tuple(name for name in packages if importlib.util.find_spec(name) is None)
    if missing:
        raise packages_missing(what, missing)


def _random(settings: Settings, seed: int | None, _: Sequence[Parameter]) -> BaseSampler:
    return RandomSampler(seed=seed)


def _grid(settings: Settings, seed: int | None, parameters: Sequence[Parameter]) -> BaseSampler:
    return GridSampler({each.name: each.points() for each in parameters}, seed=seed)


def _tpe(multivariate: bool) -> Make:
    def make(settings: Settings, seed: int | None, _: Sequence[Parameter]) -> BaseSampler:
        return TPESampler(
            seed=seed,
            multivariate=multivariate,
            # Trials that run count as bad ones, so that those side by side do not crowd together.
            constant_liar=True,
            n_startup_trials=settings.whole("n_startup_trials", 10),
            n_ei_candidates=settings.whole("n_ei_candidates", 24),
        )

    return make


def _cmaes(settings: Settings, seed: int | None, _: Sequence[Parameter]) -> BaseSampler:
    population = settings.whole("popsize", 0)
    return CmaEsSampler(
        seed=seed,
        sigma0=settings.number("sigma", None),
        popsize=population or None,
        n_startup_trials=settings.whole("n_startup_trials", 1),
        warn_independent_sampling=False,
    )


def _sobol(settings: Settings, seed: int | None, _: Sequence[Parameter]) -> BaseSampler:
    return QMCSampler(
        qmc_type="sobol",
        scramble=settings.flag("scramble", False),
        seed=seed,
        warn_asynchronous_seeding=False,
        warn_independent_sampling=False,
    )


def _bayesian(settings: Settings, seed: int | None, _: Sequence[Parameter]) -> BaseSampler:
    return GPSampler(
        seed=seed,
        n_startup_trials=settings.whole("n_initial_points", 10),
        deterministic_objective=settings.flag("deterministic_objective", False),
        warn_independent_sampling=False,
    )


def _hyperband(settings: Settings) -> BasePruner:
    """Hyperband's brackets; `r_l` is Katib's word for the most that a trial may use."""
    most = settings.whole("r_l", 0)
    return HyperbandPruner(
        min_resource=settings.whole("min_resource", 1),
        max_resource=most or "auto",
        reduction_factor=settings.whole("eta", 3),
    )


def _hyperband_sampler(
    settings: Settings, seed: int | None, parameters: Sequence[Parameter]
) -> BaseSampler:
    return _random(settings, seed, parameters)


_SAMPLERS: Mapping[str, Make] = {
    "random": _random,
    "grid": _grid,
    "tpe": _tpe(multivariate=False),
    "multivariate-tpe": _tpe(multivariate=True),
    "cmaes": _cmaes,
    "sobol": _sobol,
    "hyperband": _hyperband_sampler,
    "bayesianoptimization": _bayesian,
}
