"""What a step printed and showed, as one HTML page: Kubeflow shows it beside the step."""

from __future__ import annotations

import base64
import html
import re
from pathlib import Path
from typing import Any

#: Characters of text; what is beyond is in the pod's log.
_MAX_TEXT = 1_000_000
#: The escape sequences of coloured text.
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")

_STYLE = (
    "body{font:14px/1.45 system-ui,sans-serif;margin:16px;color:#1f2328;background:#fff}"
    "h1{font-size:18px}h2{font-size:13px;color:#59636e;margin:20px 0 4px}"
    "pre{margin:4px 0;padding:8px;background:#f6f8fa;overflow:auto;white-space:pre-wrap}"
    "pre.stderr{background:#fff8c5}pre.error{background:#ffebe9}img,svg{max-width:100%}"
    "table{border-collapse:collapse}td,th{border:1px solid #d1d9e0;padding:2px 8px}"
)


class Report:
    """Gathers the messages of one step, in their order, cell by cell."""

    def __init__(self, step: str) -> None:
        self._step = step
        self._parts: list[tuple[int | None, str, str]] = []
        self._shown: dict[str, int] = {}
        self._text_left = _MAX_TEXT

    def add(self, message: dict[str, Any]) -> None:
        """Take an output, a display or a warning; the rest is not shown."""
        kind = message["type"]
        if kind == "output":
            self._add_text(message["cell"], message["stream"], message["text"])
        elif kind == "warning":
            self._add_text(message["cell"], "stderr", f"warning: {message['message']}\n")
        elif kind == "output-dropped":
            text = f"... {message['bytes']} bytes of {message['stream']} are not shown ...\n"
            self._add_text(None, "stderr", text)
        elif kind == "display":
            self._add_display(message)

    def write(self, path: Path) -> None:
        """Write the page; one that says so where there is nothing to show."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._page(), encoding="utf-8", errors="backslashreplace")

    def _add_text(self, cell: int | None, stream: str, text: str) -> None:
        text = _ANSI.sub("", text)[: self._text_left]
        self._text_left -= len(text)
        if not text:
            return
        if self._parts and self._parts[-1][:2] == (cell, stream):
            before = self._parts.pop()[2]
            text = before + text
        self._parts.append((cell, stream, text))

    def _add_display(self, message: dict[str, Any]) -> None:
        body = _body(message["data"])
        name = message["displayId"]
        if message["update"] and name in self._shown:
            at = self._shown[name]
            self._parts[at] = (self._parts[at][0], "html", body)
            return
        if name is not None:
            self._shown[name] = len(self._parts)
        self._parts.append((message["cell"], "html", body))

    def _page(self) -> str:
        blocks = []
        last: object = self
        for cell, kind, text in self._parts:
            if cell != last and cell is not None:
                blocks.append(f"<h2>Cell {cell}</h2>")
            last = cell
            plain = kind == "html"
            blocks.append(text if plain else f'<pre class="{kind}">{html.escape(text)}</pre>')
        content = "\n".join(blocks) or "<p>This step printed and showed nothing.</p>"
        title = html.escape(self._step)
        return (
            f'<!doctype html>\n<html><head><meta charset="utf-8"><title>{title}</title>'
            f"<style>{_STYLE}</style></head><body>\n<h1>{title}</h1>\n{content}\n</body></html>\n"
        )


def _body(data: dict[str, Any]) -> str:
    """The richest form that a page without scripts can show."""
    if "text/html" in data:
        return f"<div>{_text(data['text/html'])}</div>"
    if "image/svg+xml" in data:
        return f"<div>{_text(data['image/svg+xml'])}</div>"
    for mime in _IMAGES:
        if mime in data:
            encoded = re.sub(r"\s+", "", _text(data[mime]))
            base64.b64decode(encoded, validate=True)
            return f'<div><img alt="{mime}" src="data:{mime};base64,{encoded}"></div>'
    for mime in ("text/markdown", "text/latex", "text/plain"):
        if mime in data:
            return f"<pre>{html.escape(_ANSI.sub('', _text(data[mime])))}</pre>"
    return f"<pre>{html.escape(', '.join(data))}</pre>"


def _text(value: Any) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)
