"""A trial of Katib's, against services that answer as Kubeflow's and Kubernetes' do."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

SCRIPT = Path(__file__).parent.parent / "chard_katib" / "trial.py"
PIPELINE = {"pipeline_spec": {"schemaVersion": "2.1.0"}, "platform_spec": {"platforms": {}}}
PLAN = {
    "runsIn": "searches",
    "parameters": {
        "lr": {"variable": "CHARD_PARAMETER_1", "type": "NUMBER_DOUBLE", "choices": None},
        "batch": {"variable": "CHARD_PARAMETER_2", "type": "NUMBER_INTEGER", "choices": None},
        "kind": {
            "variable": "CHARD_PARAMETER_3",
            "type": "STRING",
            "choices": {"choice-1": 'say "poly"', "rbf": "rbf"},
        },
    },
    "metrics": {"val loss": "val_loss_0123456789", "accuracy": "accuracy"},
    "followMetrics": False,
}
LOG = """2026-01-02T03:04:05.6Z Epoch 1
2026-01-02T03:04:06.7Z chard-metric {"name": "val loss", "value": 0.5, "at": 1}
2026-01-02T03:04:07.8Z chard-metric {"name": "val loss", "value": "nan", "at": 2}
2026-01-02T03:04:08.9Z chard-metric {"name": "other", "value": 1, "at": null}
2026-01-02T03:04:09.0Z chard-metric {"name": "accuracy", "value": 1e-05, "at": null}
"""


class Cluster(ThreadingHTTPServer):
    """Kubeflow Pipelines and Kubernetes' API at one address."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.states = ["PENDING", "RUNNING", "SUCCEEDED"]
        self.experiments: list[str] = []
        self.busy = 0
        self.refusal: str | None = None
        self.asked: list[tuple[str, str, Any]] = []
        self.started = threading.Event()

    def answer(self, method: str, url: str, body: Any) -> tuple[int, Any]:
        path = urlparse(url).path
        self.asked.append((method, url, body))
        if self.busy > 0:
            self.busy -= 1
            return 503, {}
        if path == "/apis/v2beta1/experiments":
            if method == "POST":
                self.experiments.append(body["display_name"])
                return 200, {"experiment_id": body["display_name"]}
            return 200, {"experiments": [{"experiment_id": each} for each in self.experiments]}
        if (method, path) == ("POST", "/apis/v2beta1/runs"):
            return (400, self.refusal) if self.refusal else (200, {"run_id": "r1"})
        if path == "/apis/v2beta1/runs/r1":
            self.started.set()
            state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
            return 200, {"state": state}
        if path == "/apis/v2beta1/runs/r1:terminate":
            return 200, {}
        if path == "/api/v1/namespaces/team/pods":
            return 200, {"items": [pod("train", "executor"), pod("driver", "driver")]}
        if path == "/api/v1/namespaces/team/pods/train/log":
            return 200, LOG
        return 404, {"message": f"no {path}"}

    def bodies(self, method: str, path: str) -> list[Any]:
        return [
            body for how, url, body in self.asked if (how, urlparse(url).path) == (method, path)
        ]


class Handler(BaseHTTPRequestHandler):
    server: Cluster

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        assert self.headers["Authorization"] in ("Bearer pipelines", "Bearer cluster")
        code, answer = self.server.answer(self.command, self.path, body)
        content = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _answer

    def log_message(self, *_: object) -> None:
        """The test's output is enough."""


def pod(name: str, part: str) -> dict[str, Any]:
    node = {"workflows.argoproj.io/node-name": f"flow-x.root.{name}.{part}"}
    return {
        "metadata": {"name": name, "annotations": node},
        "status": {"phase": "Succeeded"},
    }


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    server = Cluster()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def start(cluster: Cluster, folder: Path, **plan: Any) -> subprocess.Popen[str]:
    """The trial in a process of its own, its files beside it as in the pod."""
    shutil.copy(SCRIPT, folder)
    (folder / "experiment.json").write_text(json.dumps({**PLAN, **plan}))
    (folder / "pipeline.json.gz").write_bytes(gzip.compress(json.dumps(PIPELINE).encode()))
    (folder / "token").write_text("cluster\n")
    (folder / "pipelines").write_text("pipelines\n")
    address = f"http://127.0.0.1:{cluster.server_port}"
    environment = {
        **os.environ,
        "CHARD_TRIAL": "xray-abc",
        "CHARD_NAMESPACE": "team",
        "CHARD_ACCOUNT_FOLDER": str(folder),
        "CHARD_POLL_SECONDS": "0",
        "CHARD_PACE": "0",
        "KFP_ENDPOINT": address,
        "KUBERNETES_API": address,
        "KF_PIPELINES_SA_TOKEN_PATH": str(folder / "pipelines"),
        "CHARD_PARAMETER_1": "0.001",
        "CHARD_PARAMETER_2": "16.0",
        "CHARD_PARAMETER_3": "choice-1",
    }
    command = [sys.executable, "-u", str(folder / "trial.py")]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def metric_lines(output: str) -> list[str]:
    return [line for line in output.splitlines() if not line.startswith("chard: ")]


def test_a_trial_is_a_run_whose_metrics_are_printed(cluster: Cluster, tmp_path: Path) -> None:
    trial = start(cluster, tmp_path)
    output, _ = trial.communicate(timeout=60)
    assert trial.returncode == 0, output
    [run] = cluster.bodies("POST", "/apis/v2beta1/runs")
    assert run == {
        "display_name": "xray-abc",
        "experiment_id": "searches",
        "pipeline_spec": PIPELINE,
        "runtime_config": {"parameters": {"lr": 0.001, "batch": 16, "kind": 'say "poly"'}},
    }
    assert type(run["runtime_config"]["parameters"]["batch"]) is int
    # What is not finite, or not asked for, is left out.
    assert metric_lines(output) == [
        "2026-01-02T03:04:06.7Z val_loss_0123456789=0.5",
        "2026-01-02T03:04:09.0Z accuracy=1e-05",
    ]
    [made] = cluster.bodies("POST", "/apis/v2beta1/experiments")
    assert made == {"display_name": "searches", "namespace": "team"}
    looked = [url for _, url, _ in cluster.asked if "experiments?" in url]
    assert parse_qs(urlparse(looked[0]).query)["namespace"] == ["team"]


def test_each_metric_is_printed_once_however_often_it_is_seen(
    cluster: Cluster, tmp_path: Path
) -> None:
    cluster.experiments = ["there"]
    trial = start(cluster, tmp_path, followMetrics=True)
    output, _ = trial.communicate(timeout=60)
    assert len(metric_lines(output)) == 2
    assert cluster.bodies("POST", "/apis/v2beta1/experiments") == []
    logs = [url for _, url, _ in cluster.asked if "/log?" in url]
    assert len(logs) == 3


def test_a_run_that_fails_is_a_trial_that_fails(cluster: Cluster, tmp_path: Path) -> None:
    cluster.states = ["RUNNING", "FAILED"]
    trial = start(cluster, tmp_path)
    output, _ = trial.communicate(timeout=60)
    assert trial.returncode == 1
    assert metric_lines(output) == []
    assert "chard: run r1: FAILED" in output


def test_a_busy_service_is_asked_again(cluster: Cluster, tmp_path: Path) -> None:
    cluster.busy = 3
    trial = start(cluster, tmp_path)
    output, _ = trial.communicate(timeout=60)
    assert trial.returncode == 0, output
    assert output.count("HTTP Error 503") == 3


def test_a_refusal_is_said_in_the_services_words(cluster: Cluster, tmp_path: Path) -> None:
    cluster.refusal = "unknown parameter lr"
    trial = start(cluster, tmp_path)
    output, _ = trial.communicate(timeout=60)
    assert trial.returncode == 1
    assert "HTTP 400: unknown parameter lr" in output


def test_where_katib_ends_a_trial_its_run_ends(cluster: Cluster, tmp_path: Path) -> None:
    cluster.states = ["RUNNING"]
    trial = start(cluster, tmp_path)
    assert cluster.started.wait(60)
    trial.send_signal(signal.SIGTERM)
    output, _ = trial.communicate(timeout=60)
    assert trial.returncode == 128 + signal.SIGTERM, output
    assert cluster.bodies("POST", "/apis/v2beta1/runs/r1:terminate") == [{}]
