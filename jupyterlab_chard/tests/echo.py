"""Stands for the companion server: tells what it was asked, with headers of all kinds."""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingMixIn, UnixStreamServer

ANSWERED = {
    "Cache-Control": "no-store",
    "Content-Disposition": "attachment; filename=log.txt",
    "Content-Type": "application/json",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Allow-Origin": "*",
    "Content-Security-Policy": "default-src *",
    "Location": "https://evil.example/",
    "Set-Cookie": "session=stolen",
    "X-Chard-Secret": "told",
}


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        asked = {
            "line": self.requestline,
            "headers": dict(self.headers.items()),
            "body": self.rfile.read(size).decode(),
        }
        if self.path.endswith("/busy"):
            print("busy", flush=True)
        content = json.dumps(asked).encode()
        self.send_response(200)
        for name, value in ANSWERED.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer

    def log_message(self, *_: object) -> None:
        """What is asked is told in the answer."""

    def address_string(self) -> str:
        return "socket"


class Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True


if __name__ == "__main__":
    with Server(json.loads(sys.stdin.readline())["socket"], Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print("listening", flush=True)
        sys.stdin.read()
