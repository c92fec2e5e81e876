"""Reads a request a line, answers a line, until there is no more: ``python -m chard_suggester``."""

from __future__ import annotations

import json
import os
import sys
import traceback
import warnings
from typing import Any, TextIO

from chard_suggester import PROTOCOL
from chard_suggester.failures import SuggesterError
from chard_suggester.light_import import light_import


class Worker:
    """One process's study: `open` comes first, the rest in any order."""

    def __init__(self) -> None:
        # Here, so that a missing package can be told.
        with light_import():
            # Samplers import it when they are made, while somebody waits.
            import numpy.random  # noqa: F401

            from chard_suggester import study

        self._study_module = study
        self._opened: study.OpenStudy | None = None

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what a request asks. Raises SuggesterError; everything else is a fault of ours."""
        handler = getattr(self, f"_{request['do'].replace('-', '_')}", None)
        if handler is None:
            raise SuggesterError("request-unknown", f'There is no request "{request["do"]}".')
        answer: dict[str, Any] = handler(request)
        return answer

    def _open(self, request: dict[str, Any]) -> dict[str, Any]:
        self._opened = None
        self._opened = self._study_module.OpenStudy(
            request["study"], request["trials"], request["memory"]
        )
        return {}

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        suggested = self._open_study.ask()
        if suggested is None:
            return {"exhausted": True}
        trial, parameters, memory = suggested
        return {"exhausted": False, "trial": trial, "parameters": parameters, "memory": memory}

    def _report(self, request: dict[str, Any]) -> dict[str, Any]:
        prune = self._open_study.report(request["trial"], request["step"], request["value"])
        return {"prune": prune}

    def _tell(self, request: dict[str, Any]) -> dict[str, Any]:
        memory = self._open_study.tell(request["trial"], request["state"], request["value"])
        return {"memory": memory}

    def _importances(self, request: dict[str, Any]) -> dict[str, Any]:
        from chard_suggester.importances import importances

        return importances(self._open_study, request["method"])

    def _export(self, request: dict[str, Any]) -> dict[str, Any]:
        from chard_suggester.export import export_study

        export_study(
            self._open_study,
            request["name"],
            request["metric"],
            request["trials"],
            request["path"],
        )
        return {}

    @property
    def _open_study(self) -> Any:
        if self._opened is None:
            raise SuggesterError("not-open", "No study has been opened.")
        return self._opened


def serve(requests: TextIO, answers: TextIO) -> None:
    """Answer until the requests end."""
    try:
        worker = Worker()
    except ImportError as error:
        missing = error.name or "optuna"
        _write(answers, {"ready": False, "protocol": PROTOCOL, "missing": missing})
        return
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    _write(answers, {"ready": True, "protocol": PROTOCOL, "optuna": optuna.__version__})
    for line in requests:
        request = json.loads(line)
        _write(answers, {"id": request["id"], **_respond(worker, request)})


def _respond(worker: Worker, request: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"ok": True, "answer": worker.answer(request)}
    except SuggesterError as error:
        return {"ok": False, "error": {"code": error.code, "message": error.message}}
    except Exception:
        return {"ok": False, "error": {"code": "internal", "message": traceback.format_exc()}}


def _write(answers: TextIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message, allow_nan=False) + "\n")
    answers.flush()


def main() -> None:
    """Keep standard output for answers: what a library prints goes to standard error."""
    # One thread: the machine is for the trials.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    serve(requests, answers)


if __name__ == "__main__":
    main()
    sys.exit(0)
