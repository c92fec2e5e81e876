"""One experiment as an Optuna study in memory, told again what the server's store has recorded."""

from __future__ import annotations

import base64
import json
import math
import pickle
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.pruners import BasePruner, NopPruner
from optuna.samplers import BaseSampler, GridSampler
from optuna.storages import InMemoryStorage
from optuna.trial import FrozenTrial, TrialState

from chard_suggester.pruners import make_pruner
from chard_suggester.samplers import make_sampler
from chard_suggester.space import Parameter, Value, read_parameter

#: What has to be kept for the study to go on as if nothing had happened: texts by key.
Memory = dict[str, str]

#: The number and the id of a trial that its study will number.
_UNNUMBERED = -1

_STATES = {
    "complete": TrialState.COMPLETE,
    "pruned": TrialState.PRUNED,
    "failed": TrialState.FAIL,
    "running": TrialState.RUNNING,
}


class RecordedTrial(FrozenTrial):
    """Optuna's record of a trial, made for one study alone.

    The study's storage takes a deep copy of what is added, which is most of what telling it a
    thousand trials would take. Nobody else has this one, so that it can be had itself.
    """

    def __deepcopy__(self, _: dict[int, Any]) -> RecordedTrial:
        return self


class OpenStudy:
    """Suggests trials and takes what became of them.

    Trials count from 1, as the server counts them; to Optuna they count from 0. All that changes a
    study gives what has to be remembered: told that again, a study goes on with the same numbers.
    """

    def __init__(
        self, spec: Mapping[str, Any], trials: Sequence[Mapping[str, Any]], memory: Memory
    ) -> None:
        self.parameters: list[Parameter] = [
            read_parameter(_without_resource(each, spec["algorithm"]))
            for each in spec["parameters"]
        ]
        recalled = _recall_sampler(memory)
        is_grid = spec["algorithm"]["name"] == "grid"
        # A grid is in an order of its seed, by which it knows the points that were tried.
        is_same = recalled is not None or is_grid
        seed = spec["seed"] if is_same else _seed_after(spec["seed"], len(trials))
        sampler, own_pruner = make_sampler(
            spec["algorithm"]["name"], spec["algorithm"]["settings"], seed, self.parameters
        )
        self._sampler = recalled or sampler
        self._storage = InMemoryStorage()
        self.study = optuna.create_study(
            study_name=spec["name"],
            direction=spec["direction"],
            storage=self._storage,
            sampler=self._sampler,
            pruner=own_pruner or _pruner(spec.get("early_stopping")),
        )
        # A grid that is used up asks `Study.optimize` to end; here `ask` says so.
        self.study.stop = _nothing  # type: ignore[method-assign]
        for key, value in _recall(memory, "study").items():
            self._storage.set_study_system_attr(self.study._study_id, key, value)
        for trial in trials:
            remembered = _recall(memory, _trial_key(trial["number"]))
            # Not by `add_trial`: it examines each once more, and the record was told by a study.
            self._storage.create_new_trial(
                self.study._study_id, template_trial=self.frozen(trial, remembered)
            )

    @property
    def distributions(self) -> dict[str, BaseDistribution]:
        """Give Optuna's view of the space."""
        return {each.name: each.distribution for each in self.parameters}

    def ask(self) -> tuple[int, dict[str, Value], Memory] | None:
        """Suggest a trial; None where every point of a grid has been suggested."""
        count = len(self.study.get_trials(deepcopy=False))
        if isinstance(self._sampler, GridSampler) and count >= len(self._sampler._all_grids):
            return None
        trial = self.study.ask(self.distributions)
        number = trial.number + 1
        values = {each.name: each.value(trial.params[each.name]) for each in self.parameters}
        return number, values, self._memory(number)

    def report(self, number: int, step: int, value: float) -> bool:
        """Take an intermediate value; give whether the trial should be given up.

        The first value of a step counts, as in Optuna; what comes after a trial's end does not.
        """
        if self._storage.get_trial(self._id(number)).state.is_finished():
            return False
        trial = optuna.trial.Trial(self.study, self._id(number))
        trial.report(value, step)
        return bool(trial.should_prune())

    def tell(self, number: int, state: str, value: float | None) -> Memory:
        """Take a trial's end: `complete` with its value, `pruned` or `failed`."""
        values = value if state == "complete" else None
        self.study.tell(number - 1, values, state=_STATES[state])
        return self._memory(number)

    def frozen(
        self, trial: Mapping[str, Any], remembered: Mapping[str, Any] | None = None
    ) -> FrozenTrial:
        """Make Optuna's record of a trial from the server's."""
        said = remembered or {}
        drawn = {each.name: each.drawn(trial["parameters"][each.name]) for each in self.parameters}
        return RecordedTrial(
            trial_id=_UNNUMBERED,
            number=_UNNUMBERED,
            state=_STATES[trial["state"]],
            value=trial["value"] if trial["state"] == "complete" else None,
            datetime_start=_time(trial["started"]),
            datetime_complete=None if trial["state"] == "running" else _time(trial["finished"]),
            params=said.get("drawn", drawn),
            distributions=self.distributions,
            user_attrs={},
            system_attrs=said.get("attributes", {}),
            intermediate_values={
                step: value for step, value in trial["intermediate"] if math.isfinite(value)
            },
        )

    def _id(self, number: int) -> int:
        return self._storage.get_trial_id_from_study_id_trial_number(
            self.study._study_id, number - 1
        )

    def _memory(self, number: int) -> Memory:
        trial = self._storage.get_trial(self._id(number))
        attributes = self._storage.get_study_system_attrs(self.study._study_id)
        return {
            _trial_key(number): json.dumps(
                {"drawn": trial.params, "attributes": trial.system_attrs}
            ),
            **({"study": json.dumps(attributes)} if attributes else {}),
            "sampler": _remember_sampler(self._sampler),
        }


def _without_resource(parameter: dict[str, Any], algorithm: Mapping[str, Any]) -> dict[str, Any]:
    """Fix what Hyperband gives to trials at its most: here it takes that away by stopping them."""
    settings = algorithm["settings"]
    is_resource = algorithm["name"] == "hyperband" and (
        settings.get("resource_name") == parameter["name"]
    )
    if not is_resource or "max" not in parameter:
        return parameter
    most = min(parameter["max"], float(settings.get("r_l", parameter["max"])))
    most = int(most) if parameter["type"] == "int" else most
    return {**parameter, "min": most, "max": most, "step": None}


def _pruner(early_stopping: Mapping[str, Any] | None) -> BasePruner:
    if early_stopping is None:
        return NopPruner()
    return make_pruner(early_stopping["name"], early_stopping["settings"])


def _trial_key(number: int) -> str:
    return f"trial/{number}"


def _seed_after(seed: int | None, trials: int) -> int | None:
    """Begin anew from another seed where a sampler's state is lost: values come only once."""
    # Numpy takes no greater one.
    return seed if seed is None else (seed + trials) % 2**32


def _remember_sampler(sampler: BaseSampler) -> str:
    """Keep a sampler as Optuna's documentation does: pickled, for the same version only."""
    pickled = zlib.compress(pickle.dumps(sampler), 1)
    return json.dumps({"optuna": optuna.__version__, "pickle": base64.b85encode(pickled).decode()})


def _recall(memory: Memory, key: str) -> dict[str, Any]:
    """Give what is remembered under a key; nothing where that is missing or damaged."""
    try:
        found = json.loads(memory.get(key, "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _recall_sampler(memory: Memory) -> BaseSampler | None:
    """Give the sampler as it was; None where it is of another Optuna, missing or damaged."""
    try:
        kept = json.loads(memory["sampler"])
        if kept["optuna"] != optuna.__version__:
            return None
        sampler = pickle.loads(zlib.decompress(base64.b85decode(kept["pickle"])))
    except Exception:
        # Whatever bytes can raise: trials that have ended are known without it.
        return None
    return sampler if isinstance(sampler, BaseSampler) else None


def _time(milliseconds: float | None) -> datetime:
    """Give local time without a zone, which is what Optuna records."""
    return datetime.fromtimestamp((milliseconds or 0) / 1000)


def _nothing() -> None:
    return None
