"""One trial of a Katib experiment: a run of the pipeline on Kubeflow Pipelines.

Katib starts it in a pod, with this file, the pipeline and the experiment's parameters mounted
beside it. It starts the run, follows it, prints each metric as ``NAME=VALUE`` for Katib's
collector, and ends with 0 where the run succeeded. Where Katib ends it, it ends the run. It uses
the standard library alone and imports nothing of Chard, as it runs in the notebook's image.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_ENDED = frozenset({"SUCCEEDED", "FAILED", "CANCELED", "SKIPPED"})
#: What the steps' containers print of a metric, behind the time that Kubernetes puts before it.
_METRIC = re.compile(r"^(?:(\S+) )?chard-metric (\{.*\})\s*$")
_TRIES = 6
_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
_PIPELINE_TOKEN = "/var/run/secrets/kubeflow/pipelines/token"
Json = dict[str, Any]


class Failure(Exception):
    """The trial cannot go on; the message says why."""


class Service:
    """An HTTP service that is asked with a token, which is read anew each time as it expires."""

    def __init__(self, base: str, token: Path, authority: Path | None = None) -> None:
        self._base = base.rstrip("/")
        self._token = token
        trusted = authority is not None and authority.exists() and base.startswith("https")
        self._context = ssl.create_default_context(cafile=str(authority)) if trusted else None

    def json(self, method: str, path: str, body: Json | None = None) -> Json:
        """Ask, and read the answer as a JSON object.

        :raises Failure: it says no, or does not answer several times.
        """
        answer = json.loads(self.text(method, path, body) or "{}")
        return answer if isinstance(answer, dict) else {}

    def text(self, method: str, path: str, body: Json | None = None) -> str:
        """As ``json``, with the answer as it is."""
        for attempt in range(_TRIES):
            try:
                with urllib.request.urlopen(
                    self._request(method, path, body), timeout=60, context=self._context
                ) as answer:
                    content: bytes = answer.read()
                    return content.decode("utf-8", "replace")
            except urllib.error.HTTPError as error:
                if error.code < 500 and error.code != 429:
                    said = error.read(500).decode("utf-8", "replace")
                    raise Failure(f"{method} {path}: HTTP {error.code}: {said}") from error
                problem: Exception = error
            except OSError as error:
                problem = error
            _say(f"no answer to {method} {path}: {problem}")
            if attempt + 1 < _TRIES:
                time.sleep(min(30, 2**attempt) * _pace())
        raise Failure(f"{method} {self._base}{path} was not answered {_TRIES} times")

    def _request(self, method: str, path: str, body: Json | None) -> urllib.request.Request:
        headers = {"Content-Type": "application/json"}
        if self._token.exists():
            headers["Authorization"] = f"Bearer {self._token.read_text().strip()}"
        data = None if body is None else json.dumps(body).encode()
        return urllib.request.Request(self._base + path, data=data, headers=headers, method=method)


class Trial:
    """A run of the pipeline with this trial's values."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        account = Path(environment.get("CHARD_ACCOUNT_FOLDER", _ACCOUNT))
        token = Path(environment.get("KF_PIPELINES_SA_TOKEN_PATH", _PIPELINE_TOKEN))
        self._folder = folder
        self._environment = environment
        self._experiment: Json = json.loads((folder / "experiment.json").read_text("utf-8"))
        self._name = environment["CHARD_TRIAL"]
        self._namespace = environment["CHARD_NAMESPACE"]
        self._pipelines = Service(environment["KFP_ENDPOINT"] + "/apis/v2beta1", token)
        self._cluster = Service(
            environment.get("KUBERNETES_API", "https://kubernetes.default.svc"),
            account / "token",
            account / "ca.crt",
        )
        self._said: dict[str, int] = {}
        self._run: str | None = None

    def follow(self) -> int:
        """Start the run and stay until it has ended; the exit code."""
        values = self._values()
        answer = self._pipelines.json("POST", "/runs", self._body(values))
        run = str(answer["run_id"])
        self._run = run
        _say(f"run {run} of trial {self._name} with {json.dumps(values)}")
        state = ""
        while state not in _ENDED:
            time.sleep(float(self._environment.get("CHARD_POLL_SECONDS", "10")))
            state = str(self._pipelines.json("GET", f"/runs/{run}").get("state", ""))
            if self._experiment["followMetrics"] or state == "SUCCEEDED":
                self._print_metrics(run)
        _say(f"run {run}: {state}")
        return 0 if state == "SUCCEEDED" else 1

    def stop(self) -> None:
        """End the run, where there is one; says so where that fails."""
        if self._run is None:
            return
        _say(f"ending run {self._run}")
        try:
            self._pipelines.json("POST", f"/runs/{self._run}:terminate", {})
        except Failure as problem:
            _say(f"run {self._run} may go on: {problem}")

    def _values(self) -> Json:
        """This trial's values in the types that the pipeline takes."""
        values: Json = {}
        for name, parameter in self._experiment["parameters"].items():
            text = self._environment[parameter["variable"]]
            choices = parameter["choices"]
            values[name] = choices[text] if choices else _number(text, parameter["type"])
        return values

    def _body(self, values: Json) -> Json:
        packed = (self._folder / "pipeline.json.gz").read_bytes()
        return {
            "display_name": self._name,
            "experiment_id": self._experiment_id(),
            "pipeline_spec": json.loads(gzip.decompress(packed)),
            "runtime_config": {"parameters": values},
        }

    def _experiment_id(self) -> str:
        """Of Kubeflow Pipelines' own experiment, which is a list of runs; made where it is missing.

        Trials that start together may each find none. The one that makes it first is then found
        by the others.
        """
        name = self._experiment["runsIn"]
        found = self._find_experiment(name)
        if found is None:
            body = {"display_name": name, "namespace": self._namespace}
            try:
                found = str(self._pipelines.json("POST", "/experiments", body)["experiment_id"])
            except Failure:
                found = self._find_experiment(name)
                if found is None:
                    raise
        return found

    def _find_experiment(self, name: str) -> str | None:
        predicate = {"operation": "EQUALS", "key": "display_name", "string_value": name}
        words = {
            "namespace": self._namespace,
            "filter": json.dumps({"predicates": [predicate]}),
        }
        answer = self._pipelines.json("GET", f"/experiments?{urllib.parse.urlencode(words)}")
        for each in answer.get("experiments") or []:
            return str(each["experiment_id"])
        return None

    def _print_metrics(self, run: str) -> None:
        """Print what the pods of the run have reported since the last time."""
        for pod in self._pods(run):
            path = f"{self._pods_path()}/{pod}/log?container=main&timestamps=true"
            try:
                log = self._cluster.text("GET", path)
            except Failure as problem:
                # A pod that has no log yet; a later look, or the end, finds it.
                _say(f"no log of {pod} yet: {problem}")
                continue
            lines = list(self._metrics_of(log))
            for time_said, name, value in lines[self._said.get(pod, 0) :]:
                print(f"{time_said} {name}={value}".strip(), flush=True)
            self._said[pod] = len(lines)

    def _pods(self, run: str) -> Iterator[str]:
        words = urllib.parse.urlencode({"labelSelector": f"pipeline/runid={run}"})
        answer = self._cluster.json("GET", f"{self._pods_path()}?{words}")
        for pod in answer.get("items") or []:
            annotations = pod["metadata"].get("annotations") or {}
            node = str(annotations.get("workflows.argoproj.io/node-name", ""))
            phase = (pod.get("status") or {}).get("phase")
            if node.endswith(".executor") and phase in ("Running", "Succeeded", "Failed"):
                yield str(pod["metadata"]["name"])

    def _pods_path(self) -> str:
        return f"/api/v1/namespaces/{self._namespace}/pods"

    def _metrics_of(self, log: str) -> Iterator[tuple[str, str, str]]:
        """Time, Katib's name and value of each metric that the experiment asks for, in order."""
        names: Mapping[str, str] = self._experiment["metrics"]
        for line in log.splitlines():
            found = _METRIC.match(line)
            if found is None:
                continue
            said = json.loads(found[2])
            name, value = names.get(said["name"]), said["value"]
            # What is no number has no place in Katib; a trial without a value says so.
            if name is not None and isinstance(value, (int, float)):
                yield found[1] or "", name, repr(value)


def _number(text: str, kind: str) -> int | float:
    """Katib's services write whole numbers as 8 or as 8.0."""
    return int(float(text)) if kind == "NUMBER_INTEGER" else float(text)


def _say(text: str) -> None:
    print(f"chard: {text}", flush=True)


def _pace() -> float:
    return float(os.environ.get("CHARD_PACE", "1"))


def main() -> int:
    """Run the trial that the environment describes."""
    trial = Trial(Path(__file__).parent, os.environ)

    def end(signum: int, _frame: object) -> None:
        signal.signal(signum, signal.SIG_IGN)
        trial.stop()
        sys.exit(128 + signum)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        return trial.follow()
    except Failure as problem:
        _say(str(problem))
        trial.stop()
        return 1


if __name__ == "__main__":
    sys.exit(main())
