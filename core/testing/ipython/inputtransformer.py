"""What IPython's own input transformer makes of cells: JSON in on stdin, JSON out on stdout.

Takes ``{"cells": [source, ...], "sources": [python, ...]}``. Gives for every cell the transformed
source, whether ``ast.parse`` accepts it, whether it also accepts the Python inside magics, and the
calls that stand for IPython's syntax; for every source whether ``ast.parse`` accepts it.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import warnings
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

OPTIONS = re.compile(r"\s*(?:(?:-[nrl]\s?\d+|-[oqtc]|-v\s\w+|--no-raise-error)(?:\s+|$))*")
METHODS = {"run_line_magic", "run_cell_magic", "system", "getoutput", "show_usage"}


def parse(source: str) -> ast.Module | None:
    """The tree of a source that may await at its top level; None for what is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError):
        return None


def calls(tree: ast.Module) -> list[dict[str, Any]]:
    """The calls that the transformer writes, in order of the text."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr not in METHODS or ast.unparse(node.func.value) != "get_ipython()":
            continue
        arguments = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        position = (node.lineno, node.col_offset)
        found.append((position, {"method": node.func.attr, "arguments": arguments}))
    return [call for _, call in sorted(found, key=lambda pair: pair[0])]


def embedded(call: dict[str, Any]) -> list[str]:
    """The sources that a magic compiles on its own."""
    if call["method"] not in {"run_line_magic", "run_cell_magic"}:
        return []
    name, argument, *body = call["arguments"]
    code = OPTIONS.sub("", argument, count=1)
    if name == "prun":
        return ["\n".join([code, *body])]
    if name in {"time", "timeit"}:
        return [code, *body]
    return body if name in {"capture", "debug"} else []


def accepts(source: str | None) -> bool:
    """Whether a transformed source is Python, down to what its magics compile."""
    tree = None if source is None else parse(source)
    if tree is None:
        return False
    inner = [code for call in calls(tree) for code in embedded(call)]
    return all(accepts(transformed(code)) for code in inner)


def transformed(cell: str) -> str | None:
    """IPython's own transformation; None where it refuses the cell."""
    try:
        manager = TransformerManager()  # type: ignore[no-untyped-call]
        return manager.transform_cell(cell)
    except (SyntaxError, IndexError):
        return None


def transform(cell: str) -> dict[str, Any]:
    """One cell's outcome; ``source`` is None where IPython itself refuses the cell."""
    source = transformed(cell)
    tree = None if source is None else parse(source)
    return {
        "source": source,
        "parses": tree is not None,
        "parsesInside": accepts(source),
        "calls": [] if tree is None else calls(tree),
    }


def main() -> None:
    asked = json.load(sys.stdin)
    answer = {
        "cells": [transform(cell) for cell in asked["cells"]],
        "sources": [parse(source) is not None for source in asked["sources"]],
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
