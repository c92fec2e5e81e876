"""The peer: what a person would write with Optuna. Run by the other modules of this folder.

optimize STORAGE TRIALS PROCESSES   a trivial function, as fast as Optuna goes
search FUNCTION TRIALS SEED         one of the functions, in memory; prints what was tried
fill JOURNAL TRIALS                 a journal with trials that have ended
ask JOURNAL                         the next suggestion of that journal's study
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from collections.abc import Callable
from typing import Any

import optuna
from optuna.storages import JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend

from tune.functions import FUNCTIONS, Function

NAME = "bench"
#: Optuna waits five seconds by default, and with four processes fails on a busy disk.
PATIENCE = {"connect_args": {"timeout": 300}}


def trivial(trial: optuna.Trial) -> float:
    x = trial.suggest_float("x", 0, 10)
    y = trial.suggest_float("y", 0, 10)
    return (x - 3) ** 2 + (y - 1) ** 2


def optimize(path: str, trials: int, processes: int) -> None:
    storage = RDBStorage(f"sqlite:///{path}", engine_kwargs=PATIENCE)
    optuna.create_study(study_name=NAME, storage=storage)
    workers = [
        multiprocessing.Process(target=work, args=(path, trials // processes))
        for _ in range(processes)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        sys.exit("a process of Optuna's has failed")


def work(path: str, trials: int) -> None:
    storage = RDBStorage(f"sqlite:///{path}", engine_kwargs=PATIENCE)
    optuna.load_study(study_name=NAME, storage=storage).optimize(trivial, n_trials=trials)


def search(name: str, trials: int, seed: int) -> None:
    function = next(each for each in FUNCTIONS if each.name == name)
    # As Chard's algorithm "tpe" is.
    sampler = optuna.samplers.TPESampler(seed=seed, multivariate=False, constant_liar=True)
    study = optuna.create_study(sampler=sampler)
    study.optimize(lambda trial: value(function, trial), n_trials=trials)
    tried = [trial.params for trial in study.trials]
    print(json.dumps({"tried": tried, "best": study.best_value}))


def value(function: Function, trial: optuna.Trial) -> float:
    """The function where the trial says: its source is executed, as Chard executes it."""
    names: dict[str, Any] = {each["name"]: suggest(trial, each) for each in function.parameters}
    exec(function.source, names)
    loss: Any = names["loss"]
    return float(loss)


def suggest(trial: optuna.Trial, parameter: dict[str, Any]) -> Any:
    name = str(parameter["name"])
    if parameter["type"] == "categorical":
        return trial.suggest_categorical(name, parameter["list"])
    low, high = parameter["min"], parameter["max"]
    is_log = parameter.get("distribution") == "logUniform"
    if parameter["type"] == "int":
        return trial.suggest_int(name, low, high, log=is_log)
    return trial.suggest_float(name, low, high, log=is_log)


def journal(path: str) -> JournalStorage:
    return JournalStorage(JournalFileBackend(path))


def fill(path: str, trials: int) -> None:
    study = optuna.create_study(study_name=NAME, storage=journal(path))
    study.optimize(trivial, n_trials=trials)


def ask(path: str) -> None:
    study = optuna.load_study(study_name=NAME, storage=journal(path))
    trial = study.ask()
    x, y = trial.suggest_float("x", 0, 10), trial.suggest_float("y", 0, 10)
    print(json.dumps({"suggested": [x, y]}), flush=True)
    study.tell(trial, (x - 3) ** 2 + (y - 1) ** 2)


def main() -> None:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    what, *words = sys.argv[1:]
    COMMANDS[what](*words)


COMMANDS: dict[str, Callable[..., None]] = {
    "optimize": lambda path, trials, processes: optimize(path, int(trials), int(processes)),
    "search": lambda name, trials, seed: search(name, int(trials), int(seed)),
    "fill": lambda path, trials: fill(path, int(trials)),
    "ask": ask,
}


if __name__ == "__main__":
    main()
