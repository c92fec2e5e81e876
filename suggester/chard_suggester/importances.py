"""How much of the objective's differences each parameter accounts for."""

from __future__ import annotations

from typing import Any

from optuna.importance import (
    BaseImportanceEvaluator,
    FanovaImportanceEvaluator,
    PedAnovaImportanceEvaluator,
    get_param_importances,
)
from optuna.trial import TrialState

from chard_suggester.failures import SuggesterError, require
from chard_suggester.study import OpenStudy

#: With fewer trials than this, no evaluator says anything.
FEWEST = 4


def importances(opened: OpenStudy, method: str, seed: int = 0) -> dict[str, Any]:
    """Give each parameter's share, the greatest first, or the reason why there is none.

    Raises `packages-missing`, `method-unknown`.
    """
    trials = opened.study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    answer: dict[str, Any] = {
        "method": method,
        "trials": len(trials),
        "importances": [],
        "reason": "",
    }
    evaluator = _evaluator(method, seed)
    if len(trials) < FEWEST:
        return {**answer, "reason": f"{FEWEST} trials or more have to succeed first."}
    if len({trial.value for trial in trials}) == 1:
        return {**answer, "reason": "All trials have the same value."}
    varied = [each.name for each in opened.parameters if not each.distribution.single()]
    found = get_param_importances(opened.study, evaluator=evaluator, params=varied)
    rest = [each.name for each in opened.parameters if each.name not in found]
    shares = [*found.items(), *((name, 0.0) for name in rest)]
    return {
        **answer,
        "importances": [{"name": name, "value": float(share)} for name, share in shares],
    }


def _evaluator(method: str, seed: int) -> BaseImportanceEvaluator:
    if method == "ped-anova":
        return PedAnovaImportanceEvaluator()
    if method == "fanova":
        require("fANOVA", ("sklearn",))
        return FanovaImportanceEvaluator(seed=seed)
    raise SuggesterError("method-unknown", f'There is no importance "{method}".')
