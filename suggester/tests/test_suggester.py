"""The suggester beside plain Optuna: the same seed, the same trials, also after a restart."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.samplers import BaseSampler, CmaEsSampler, QMCSampler, RandomSampler, TPESampler

optuna.logging.set_verbosity(optuna.logging.WARNING)


def ranged(
    name: str, kind: str, low: float, high: float, step: float | None = None, log: bool = False
) -> dict[str, Any]:
    distribution = "logUniform" if log else "uniform"
    ends = {"min": low, "max": high, "step": step}
    return {"name": name, "type": kind, **ends, "distribution": distribution}


NUMBERS = [
    ranged("x", "double", -5, 10),
    ranged("lr", "double", 1e-5, 1, log=True),
    ranged("n", "int", 8, 128, step=32),
]
MIXED = [*NUMBERS, {"name": "c", "type": "categorical", "list": ["a", "b", None]}]
DISTRIBUTIONS: dict[str, BaseDistribution] = {
    "x": FloatDistribution(-5, 10),
    "lr": FloatDistribution(1e-5, 1, log=True),
    "n": IntDistribution(8, 104, step=32),
    "c": CategoricalDistribution(["a", "b", None]),
}


def spec(algorithm: str, **change: Any) -> dict[str, Any]:
    return {
        "name": "exp-1",
        "direction": "minimize",
        "algorithm": {"name": algorithm, "settings": {}},
        "early_stopping": None,
        "seed": 7,
        "parameters": MIXED,
        **change,
    }


def value_of(parameters: dict[str, Any]) -> float:
    spread = math.log10(parameters["lr"]) + 2
    return float((parameters["x"] - 2) ** 2 + spread**2 + parameters["n"] / 100)


class Process:
    """The suggester in a process of its own, and the memory that its answers add up to."""

    def __init__(self, memory: dict[str, str] | None = None) -> None:
        folder = Path(__file__).parents[1]
        self.child = subprocess.Popen(
            [sys.executable, "-m", "chard_suggester"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(folder)},
        )
        self.memory = dict(memory or {})
        self.id = 0
        assert self.child.stdout is not None
        self.greeting = json.loads(self.child.stdout.readline())

    def request(self, do: str, **content: Any) -> dict[str, Any]:
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.id += 1
        self.child.stdin.write(json.dumps({"id": self.id, "do": do, **content}) + "\n")
        self.child.stdin.flush()
        answer: dict[str, Any] = json.loads(self.child.stdout.readline())
        assert answer["id"] == self.id
        return answer

    def do(self, do: str, **content: Any) -> dict[str, Any]:
        answer = self.request(do, **content)
        assert answer["ok"], answer
        found: dict[str, Any] = answer["answer"]
        self.memory.update(found.get("memory", {}))
        return found

    def open(self, study: dict[str, Any], trials: list[dict[str, Any]] | None = None) -> None:
        self.do("open", study=study, trials=trials or [], memory=self.memory)

    def close(self) -> None:
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.child.stdin.close()
        assert self.child.wait(timeout=60) == 0
        self.child.stdout.close()


@pytest.fixture
def start() -> Iterator[Callable[..., Process]]:
    started: list[Process] = []

    def begin(memory: dict[str, str] | None = None) -> Process:
        started.append(Process(memory))
        return started[-1]

    yield begin
    for process in started:
        process.close()


def run_trials(process: Process, count: int) -> list[dict[str, Any]]:
    trials = []
    for _ in range(count):
        asked = process.do("ask")
        value = value_of(asked["parameters"])
        process.do("tell", trial=asked["trial"], state="complete", value=value)
        trials.append(
            {
                "number": asked["trial"],
                "parameters": asked["parameters"],
                "state": "complete",
                "value": value,
                "intermediate": [],
                "started": 1000,
                "finished": 2000,
                "attributes": {},
            }
        )
    return trials


def plain(sampler: BaseSampler, names: list[str], count: int) -> list[dict[str, Any]]:
    study = optuna.create_study(study_name="exp-1", sampler=sampler)
    found = []
    for _ in range(count):
        trial = study.ask({name: DISTRIBUTIONS[name] for name in names})
        study.tell(trial, value_of(trial.params))
        found.append(dict(trial.params))
    return found


ALGORITHMS: list[tuple[str, Callable[[], BaseSampler], list[dict[str, Any]]]] = [
    ("random", lambda: RandomSampler(seed=7), MIXED),
    ("tpe", lambda: TPESampler(seed=7, multivariate=False, constant_liar=True), MIXED),
    ("multivariate-tpe", lambda: TPESampler(seed=7, multivariate=True, constant_liar=True), MIXED),
    ("cmaes", lambda: CmaEsSampler(seed=7), NUMBERS),
    ("sobol", lambda: QMCSampler(qmc_type="sobol", seed=7), NUMBERS),
    ("hyperband", lambda: RandomSampler(seed=7), MIXED),
]


@pytest.mark.parametrize(("algorithm", "sampler", "parameters"), ALGORITHMS)
def test_suggests_what_optuna_itself_does(
    start: Callable[..., Process],
    algorithm: str,
    sampler: Callable[[], BaseSampler],
    parameters: list[dict[str, Any]],
) -> None:
    process = start()
    process.open(spec(algorithm, parameters=parameters))
    found = [trial["parameters"] for trial in run_trials(process, 25)]
    assert found == plain(sampler(), [each["name"] for each in parameters], 25)


@pytest.mark.parametrize(("algorithm", "parameters"), [(a, p) for a, _, p in ALGORITHMS])
def test_goes_on_after_a_restart_as_if_there_had_been_none(
    start: Callable[..., Process], algorithm: str, parameters: list[dict[str, Any]]
) -> None:
    whole = start()
    whole.open(spec(algorithm, parameters=parameters))
    expected = [trial["parameters"] for trial in run_trials(whole, 24)]
    first = start()
    first.open(spec(algorithm, parameters=parameters))
    trials = run_trials(first, 15)
    second = start(first.memory)
    second.open(spec(algorithm, parameters=parameters), trials)
    found = [trial["parameters"] for trial in [*trials, *run_trials(second, 9)]]
    assert found == expected


OTHER_VERSION = json.dumps({"optuna": "0.1", "pickle": ""})
CANNOT_BE_READ = json.dumps({"optuna": optuna.__version__, "pickle": "zzzz"})


@pytest.mark.parametrize("sampler", [OTHER_VERSION, CANNOT_BE_READ, "no JSON", None])
def test_repeats_no_trial_where_the_sampler_is_lost(
    start: Callable[..., Process], sampler: str | None
) -> None:
    first = start()
    first.open(spec("random"))
    trials = run_trials(first, 3)
    kept = {**first.memory, **({} if sampler is None else {"sampler": sampler})}
    if sampler is None:
        del kept["sampler"]
    second = start(kept)
    second.open(spec("random"), trials)
    found = [trial["parameters"] for trial in [*trials, *run_trials(second, 3)]]
    assert len({each["x"] for each in found}) == 6


def test_a_grid_goes_on_where_the_sampler_is_lost(start: Callable[..., Process]) -> None:
    grid = [{"name": "x", "type": "int", "min": 0, "max": 9}]
    points = []
    process = start()
    process.open(spec("grid", parameters=grid))
    trials = []
    for number in range(1, 11):
        x = process.do("ask")["parameters"]["x"]
        process.do("tell", trial=number, state="complete", value=1.0)
        points.append(x)
        trials.append(
            {
                **{"number": number, "parameters": {"x": x}, "state": "complete", "value": 1.0},
                **{"intermediate": [], "started": 1, "finished": 2, "attributes": {}},
            }
        )
        if number == 4:
            process = start({**process.memory, "sampler": "no JSON"})
            process.open(spec("grid", parameters=grid), trials)
    assert sorted(points) == list(range(10))


def test_tries_every_point_of_a_grid_once(start: Callable[..., Process]) -> None:
    grid = [
        ranged("x", "double", 0, 0.3, step=0.1),
        {"name": "d", "type": "discrete", "list": [4, 1, 2]},
    ]
    process = start()
    process.open(spec("grid", parameters=grid))
    found = set()
    while not (asked := process.do("ask"))["exhausted"]:
        found.add(tuple(asked["parameters"].values()))
        process.do("tell", trial=asked["trial"], state="complete", value=1.0)
    # As a person writes them: 0.3 is 0.3.
    assert found == {(x, d) for x in (0.0, 0.1, 0.2, 0.3) for d in (1, 2, 4)}


def test_gives_up_a_trial_that_is_worse_than_the_median(start: Callable[..., Process]) -> None:
    rule = {"name": "medianstop", "settings": {"min_trials_required": "2", "start_step": "2"}}
    process = start()
    process.open(spec("random", early_stopping=rule))
    for value in (1.0, 2.0):
        number = process.do("ask")["trial"]
        for step in range(3):
            assert not process.do("report", trial=number, step=step, value=value)["prune"]
        process.do("tell", trial=number, state="complete", value=value)
    bad = process.do("ask")["trial"]
    assert not process.do("report", trial=bad, step=0, value=9.0)["prune"]
    assert process.do("report", trial=bad, step=1, value=9.0)["prune"]
    process.do("tell", trial=bad, state="pruned", value=None)
    # What comes after its end is nobody's.
    assert not process.do("report", trial=bad, step=2, value=9.0)["prune"]


def test_says_what_is_missing_and_goes_on(start: Callable[..., Process]) -> None:
    process = start()
    assert process.greeting == {"ready": True, "protocol": 1, "optuna": optuna.__version__}
    content = {"trials": [], "memory": {}}
    failure = process.request("open", study=spec("nothing"), **content)["error"]
    assert failure["code"] == "algorithm-unknown"
    unreadable = spec("tpe")
    unreadable["algorithm"]["settings"] = {"n_startup_trials": "many"}
    failure = process.request("open", study=unreadable, **content)["error"]
    assert failure["code"] == "setting-invalid"
    assert "n_startup_trials" in failure["message"]
    assert process.request("ask")["error"]["code"] == "not-open"
    assert process.request("dance")["error"]["code"] == "request-unknown"
    process.open(spec("random"))
    assert process.do("ask")["trial"] == 1


def test_importances_find_what_matters(start: Callable[..., Process]) -> None:
    process = start()
    process.open(spec("random"))
    assert "4 trials" in process.do("importances", method="ped-anova")["reason"]
    run_trials(process, 60)
    found = process.do("importances", method="ped-anova")
    assert found["trials"] == 60
    assert found["importances"][0]["name"] == "x"
    assert sum(each["value"] for each in found["importances"]) == pytest.approx(1)


def test_fanova_finds_what_matters(start: Callable[..., Process]) -> None:
    process = start()
    process.open(spec("random"))
    run_trials(process, 60)
    found = process.do("importances", method="fanova")
    assert (found["method"], found["trials"], found["reason"]) == ("fanova", 60, "")
    assert found["importances"][0]["name"] == "x"
    assert sum(each["value"] for each in found["importances"]) == pytest.approx(1)
    assert process.do("importances", method="fanova") == found
    unknown = process.request("importances", method="guess")["error"]
    assert unknown["code"] == "method-unknown"


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="needs PyTorch")
def test_gaussian_processes_are_those_of_optuna_also_after_a_restart(
    start: Callable[..., Process],
) -> None:
    process = start()
    process.open(spec("bayesianoptimization", parameters=NUMBERS))
    trials = run_trials(process, 12)
    again = start(process.memory)
    again.open(spec("bayesianoptimization", parameters=NUMBERS), trials)
    found = [trial["parameters"] for trial in [*trials, *run_trials(again, 2)]]
    names = [each["name"] for each in NUMBERS]
    assert found == plain(optuna.samplers.GPSampler(seed=7), names, 14)


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="PyTorch is there")
def test_gaussian_processes_say_what_they_need(start: Callable[..., Process]) -> None:
    process = start()
    study = spec("bayesianoptimization", parameters=NUMBERS)
    failure = process.request("open", study=study, trials=[], memory={})["error"]
    assert failure["code"] == "packages-missing"
    assert "pip install torch" in failure["message"]


def test_exports_a_study_that_optuna_opens(start: Callable[..., Process], tmp_path: Path) -> None:
    listed = [*MIXED, {"name": "d", "type": "discrete", "list": [10, 5]}]
    process = start()
    process.open(spec("random", parameters=listed))
    trials = run_trials(process, 5)
    pruned = {**trials[0], "state": "pruned", "value": None, "intermediate": [[0, 1.5], [1, 2.5]]}
    trials = [*trials, {**pruned, "number": 6, "attributes": {"run": "r6"}}]
    process.open(spec("random", parameters=listed), trials)
    path = tmp_path / "study.db"
    process.do("export", name="my study", metric="loss", trials=trials, path=str(path))
    study = optuna.load_study(study_name="my study", storage=f"sqlite:///{path}")
    assert [trial.params for trial in study.trials] == [trial["parameters"] for trial in trials]
    assert study.trials[5].intermediate_values == {0: 1.5, 1: 2.5}
    assert study.trials[5].user_attrs == {"run": "r6"}
    assert study.metric_names == ["loss"]
    assert study.best_value == min(trial["value"] for trial in trials[:5])


def test_imports_optuna_without_progress_bars() -> None:
    code = (
        "import sys\n"
        "from chard_suggester.__main__ import Worker\n"
        "Worker()\n"
        "print([name for name in sys.modules if name.startswith('tqdm')])\n"
        "from tqdm.auto import tqdm\n"
        "print(tqdm is not None)\n"
    )
    folder = Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    printed = subprocess.check_output([sys.executable, "-c", code], text=True, env=environment)
    assert printed.split() == ["[]", "True"]
