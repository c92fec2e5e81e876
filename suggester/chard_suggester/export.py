"""An experiment as an Optuna study in a file of its own, as Optuna Dashboard opens it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from optuna.storages import RDBStorage
from optuna.trial import create_trial
from sqlalchemy import event

from chard_suggester.space import Parameter
from chard_suggester.study import OpenStudy


def export_study(
    opened: OpenStudy, name: str, metric: str, trials: Sequence[Mapping[str, Any]], path: str
) -> None:
    """Write the study into a new SQLite file at `path`, values as a person reads them."""
    storage = RDBStorage(f"sqlite:///{path}")
    # The file is new and nobody else writes: waiting for the disk at each row takes minutes.
    event.listen(storage.engine, "connect", _write_at_once)
    storage.engine.dispose()
    study = optuna.create_study(study_name=name, direction=opened.study.direction, storage=storage)
    study.set_metric_names([metric])
    shown = {each.name: _shown(each) for each in opened.parameters}
    for trial in trials:
        frozen = opened.frozen(trial)
        exported = create_trial(
            state=frozen.state,
            value=frozen.value,
            params=trial["parameters"],
            distributions=shown,
            user_attrs=trial["attributes"],
            intermediate_values=frozen.intermediate_values,
        )
        exported.datetime_start = frozen.datetime_start
        exported.datetime_complete = frozen.datetime_complete
        study.add_trial(exported)
    storage.remove_session()
    storage.engine.dispose()


def _shown(parameter: Parameter) -> BaseDistribution:
    if parameter.listed is not None:
        return CategoricalDistribution(parameter.listed)
    if isinstance(parameter.distribution, FloatDistribution) and parameter.steps is not None:
        # Rounded values may miss the binary steps.
        return FloatDistribution(parameter.distribution.low, parameter.distribution.high)
    return parameter.distribution


def _write_at_once(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA journal_mode=MEMORY")
