"""Prints what CPython's own ``symtable`` says about a corpus, one JSON document a line.

``library``: the files of this interpreter's standard library that it accepts.
``test-strings``: the sources among the string literals of that library's own tests.

A line is ``{"name", "source", "tree"}`` or, for a source that is refused,
``{"name", "source", "refused"}``. A tree is ``[type, name, line, {name: bits}, children]`` with
CPython's own numbers.
"""

from __future__ import annotations

import ast
import json
import symtable
import sys
import sysconfig
import textwrap
import tokenize
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Tree = list[Any]


def dump(table: Any) -> Tree:
    """Turns CPython's raw table (``_symtable.symtable entry``) into plain data."""
    children = [dump(child) for child in table.children]
    return [int(table.type), table.name, table.lineno, table.symbols, children]


def describe(name: str, source: str) -> dict[str, Any]:
    """Gives the line for one source."""
    try:
        compile(source, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        table = symtable.symtable(source, name, "exec")._table  # type: ignore[attr-defined]
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        return {"name": name, "source": source, "refused": str(error)}
    return {"name": name, "source": source, "tree": dump(table)}


def library_files() -> Iterator[tuple[str, str]]:
    """Gives path and text of each file of the standard library that can be decoded."""
    root = Path(sysconfig.get_path("stdlib"))
    for path in sorted(root.rglob("*.py")):
        if "site-packages" in path.parts or "dist-packages" in path.parts:
            continue
        try:
            with tokenize.open(path) as file:
                yield str(path.relative_to(root)), file.read()
        except (SyntaxError, UnicodeDecodeError):
            continue


def is_trivial(tree: ast.Module) -> bool:
    """A literal, a name, or several: most strings that happen to be Python."""
    return all(
        isinstance(node, (ast.Module, ast.Expr, ast.Constant, ast.Name, ast.Load))
        for node in ast.walk(tree)
    )


def as_module(text: str) -> str | None:
    """Gives the source in a string, without its common indentation; None where there is none."""
    for candidate in (text, textwrap.dedent(text)):
        try:
            tree = ast.parse(candidate)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        return None if is_trivial(tree) else candidate
    return None


def test_strings() -> Iterator[tuple[str, str]]:
    """Gives the sources inside the library's tests, each once, named by file and line."""
    seen: set[str] = set()
    for name, text in library_files():
        if Path(name).parts[0] != "test":
            continue
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
                continue
            source = as_module(node.value)
            if source is not None and source not in seen and is_text(source):
                seen.add(source)
                yield f"{name}:{node.lineno}", source


def is_text(source: str) -> bool:
    """Lone surrogates cannot be written as UTF-8; CPython refuses them in a file, too."""
    return not any("\ud800" <= char <= "\udfff" for char in source)


def main() -> None:
    """Prints the corpus that the command line names."""
    warnings.simplefilter("ignore")
    sources = {"library": library_files, "test-strings": test_strings}
    for name, source in sources[sys.argv[1]]():
        print(json.dumps(describe(name, source)))


if __name__ == "__main__":
    main()
