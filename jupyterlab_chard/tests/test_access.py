"""Who may reach the companion server, from where, and with what."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from jupyterlab_chard.tests.jupyter import API, TOKEN, Jupyter, notebook, read

METHODS = ["GET", "POST", "PATCH", "DELETE"]
EVIL = "https://evil.example"


def origin(jupyter: Jupyter) -> str:
    return f"http://127.0.0.1:{jupyter.port}"


def test_a_script_with_the_token_is_let_in(jupyter: Jupyter) -> None:
    answer = jupyter.api("GET", "/health")
    assert (answer.status, set(answer.json)) == (200, {"version", "instance", "resumed"})
    assert jupyter.api("POST", "/notebooks/modules", {"path": "n", "names": []}).status == 200


def test_the_token_in_the_address_is_for_jupyter_alone(jupyter: Jupyter) -> None:
    # The companion refuses what it does not know: it is not told of these.
    address = f"{API}/health?token={TOKEN}&no_track_activity=1&1717171717171"
    assert jupyter.request("GET", address, token=None).status == 200
    answer = jupyter.request("GET", f"{API}/health?token={TOKEN}&x=1", token=None)
    assert (answer.status, answer.code) == (400, "bad-request")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("token", [None, "wrong"])
def test_nobody_else_is_let_in(jupyter: Jupyter, method: str, token: str | None) -> None:
    assert jupyter.api(method, "/runs", {}, token=token).status == 403
    headers = {"Referer": origin(jupyter) + "/"}
    assert jupyter.api(method, "/runs", {}, headers=headers, token=token).status == 403


def test_a_login_is_let_in(jupyter: Jupyter) -> None:
    login = jupyter.log_in()
    answer = jupyter.api("GET", "/runs", headers=login, token=None)
    assert (answer.status, answer.json["next"]) == (200, None)
    body = {"path": "n", "names": []}
    assert jupyter.api("POST", "/notebooks/modules", body, headers=login, token=None).status == 200
    # As an EventSource or a link to a download asks: without a header of ours.
    browser = {"Cookie": login["Cookie"], "Referer": f"{origin(jupyter)}/user/ada/lab"}
    assert jupyter.api("GET", "/runs", headers=browser, token=None).status == 200


@pytest.mark.parametrize("method", METHODS)
def test_a_login_without_the_xsrf_token_is_refused(jupyter: Jupyter, method: str) -> None:
    cookie = {"Cookie": jupyter.log_in()["Cookie"]}
    for headers in (cookie, {**cookie, "X-XSRFToken": "wrong"}):
        assert jupyter.api(method, "/runs", {}, headers=headers, token=None).status == 403


@pytest.mark.parametrize("method", METHODS)
def test_another_sites_page_is_refused(jupyter: Jupyter, method: str) -> None:
    login = jupyter.log_in()
    headers = {**login, "Origin": EVIL}
    assert jupyter.api(method, "/runs", {}, headers=headers, token=None).status in (403, 404)
    # What a page can make a browser send without asking first.
    simple = {"Cookie": login["Cookie"], "Content-Type": "text/plain", "Referer": f"{EVIL}/"}
    assert jupyter.api(method, "/runs", "{}", headers=simple, token=None).status == 403


def test_another_site_is_not_told_that_it_may_ask(jupyter: Jupyter) -> None:
    headers = {
        "Origin": EVIL,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, x-xsrftoken",
    }
    answer = jupyter.api("OPTIONS", "/runs", headers=headers, token=None)
    assert answer.headers.get("Access-Control-Allow-Origin", "") == ""


@pytest.mark.parametrize("path", ["../secret.ipynb", "a/../../x.ipynb", "/etc/passwd", ".", ""])
def test_a_path_that_leads_out_is_refused(jupyter: Jupyter, path: str) -> None:
    for address in ("/notebooks/check", "/runs"):
        answer = jupyter.api("POST", address, {"path": path})
        assert (answer.status, answer.code) == (400, "bad-request")


def test_a_link_that_leads_out_is_refused(jupyter: Jupyter) -> None:
    outside = jupyter.folder / "outside"
    outside.mkdir()
    (outside / "n.ipynb").write_text(notebook(("step:a", "x = 1")))
    (outside / "secret.py").write_text("password = 1")
    (jupyter.root / "folder").symlink_to(outside)
    (jupyter.root / "n.ipynb").symlink_to(outside / "n.ipynb")
    (jupyter.root / "secret.py").symlink_to(outside / "secret.py")
    for path in ("folder/n.ipynb", "n.ipynb"):
        for address in ("/notebooks/check", "/runs"):
            answer = jupyter.api("POST", address, {"path": path})
            assert (answer.status, answer.code) == (404, "path-outside-root")
    asked = {"path": "mine.ipynb", "names": ["secret"]}
    assert jupyter.api("POST", "/notebooks/modules", asked).json == {"modules": []}


@pytest.mark.parametrize(
    "path",
    [
        "/../../../api/v1/health",
        "/%2e%2e/health",
        "/..%2f..%2fetc%2fpasswd",
        "//health",
        "/runs/..",
    ],
)
def test_an_address_is_taken_as_it_is(jupyter: Jupyter, path: str) -> None:
    assert jupyter.api("GET", path).status in (400, 404)


def test_a_body_that_is_too_large_is_refused(jupyter: Jupyter) -> None:
    with jupyter.open(
        "POST", f"{API}/notebooks/check", headers={"Content-Length": str(17 * 1024 * 1024)}
    ) as response:
        assert response.status == 413
        assert b"body-too-large" in response.read()


def test_a_body_that_grows_too_large_is_refused(jupyter: Jupyter) -> None:
    """In chunks: its length is not told beforehand."""
    with socket.create_connection(("127.0.0.1", jupyter.port)) as connection:
        head = (
            f"POST {API}/notebooks/check HTTP/1.1\r\nHost: 127.0.0.1:{jupyter.port}\r\n"
            f"Authorization: token {TOKEN}\r\nContent-Type: application/json\r\n"
            "Transfer-Encoding: chunked\r\n\r\n"
        )
        connection.sendall(head.encode())
        chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        refused = False
        try:
            for _ in range(64):
                connection.sendall(chunk)
        except OSError:
            refused = True
        answer = connection.makefile("rb").readline() if not refused else b""
        assert refused or b"200" not in answer


def companion(jupyter: Jupyter) -> int:
    jupyter.api("GET", "/health")
    (pid,) = jupyter.companions()
    return pid


def socket_of(jupyter: Jupyter) -> Path:
    companion(jupyter)
    (path,) = jupyter.folder.glob("chard-server-*/*.sock")
    return path


def test_the_companion_listens_nowhere_but_on_its_socket(jupyter: Jupyter) -> None:
    pid = companion(jupyter)
    listening = "0A"
    inodes = {
        line.split()[9]
        for table in ("tcp", "tcp6", "udp", "udp6")
        for line in read(pid, f"net/{table}").decode().splitlines()[1:]
        if line.split()[3] == listening or table.startswith("udp")
    }
    held = [str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()]
    assert not {link.removeprefix("socket:[").rstrip("]") for link in held} & inodes
    folder = socket_of(jupyter).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(socket_of(jupyter).stat().st_mode) == 0o600


def test_without_the_secret_not_even_its_own_user_is_answered(jupyter: Jupyter) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(socket_of(jupyter)))
        connection.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\nX-Chard-Secret: no\r\n\r\n")
        assert b" 403 " in connection.makefile("rb").readline()


CONNECT = """
import os, socket, sys
os.setgid(65534); os.setuid(65534)
try:
    socket.socket(socket.AF_UNIX).connect(sys.argv[1])
except PermissionError:
    print("refused")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_another_user_of_the_machine_is_refused(jupyter: Jupyter) -> None:
    path = socket_of(jupyter)
    # All else on the way there is open to everybody, as /tmp is.
    jupyter.folder.chmod(0o755)
    done = subprocess.run([sys.executable, "-c", CONNECT, path], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("refused\n", "")


def test_credentials_are_in_no_process_of_the_companion(jupyter: Jupyter) -> None:
    pid = companion(jupyter)
    seen = read(pid, "cmdline") + read(pid, "environ")
    assert b"CHARD_HOME" in seen
    assert TOKEN.encode() not in seen
    assert b"a-token-of-the-hub" not in seen
    assert b"secret" not in seen.lower()
