"""Prints CPython's own syntax tree of sources, in the shape of ``core/python/ast.ts``.

``asts.py PART PARTS`` prints one JSON document a line, ``{"name", "source", "tree"}``: every
PARTS-th file of the standard library, starting with the PART-th. Places are
``[line, column, line, column]``, columns in code points; floats are the hexadecimal digits of their
eight bytes.
"""

from __future__ import annotations

import ast
import json
import re
import struct
import sys
import warnings
from typing import Any

from symtables import library_files

OPERATORS = {
    "Add": "+",
    "Sub": "-",
    "Mult": "*",
    "MatMult": "@",
    "Div": "/",
    "Mod": "%",
    "Pow": "**",
    "LShift": "<<",
    "RShift": ">>",
    "BitOr": "|",
    "BitXor": "^",
    "BitAnd": "&",
    "FloorDiv": "//",
    "And": "and",
    "Or": "or",
    "Not": "not",
    "Invert": "~",
    "UAdd": "+",
    "USub": "-",
    "Eq": "==",
    "NotEq": "!=",
    "Lt": "<",
    "LtE": "<=",
    "Gt": ">",
    "GtE": ">=",
    "Is": "is",
    "IsNot": "is not",
    "In": "in",
    "NotIn": "not in",
}
KINDS = {
    "AsyncFunctionDef": "FunctionDef",
    "AsyncFor": "For",
    "AsyncWith": "With",
    "TryStar": "Try",
    "arguments": "Arguments",
    "arg": "Arg",
    "keyword": "Keyword",
    "alias": "Alias",
    "comprehension": "Comprehension",
    "withitem": "WithItem",
    "match_case": "MatchCase",
}
FIELDS = {
    "decorator_list": "decorators",
    "kw_defaults": "kwDefaults",
    "optional_vars": "optionalVars",
    "context_expr": "contextExpr",
    "format_spec": "formatSpec",
    "kwd_attrs": "kwdAttrs",
    "kwd_patterns": "kwdPatterns",
    "is_async": "isAsync",
}
LEFT_OUT = {"type_comment", "type_ignores"}
ASYNC_KINDS = {"FunctionDef", "For", "With"}


def bits(value: float) -> str:
    """The bytes of a float."""
    return struct.pack(">d", value).hex()


def constant(value: Any) -> dict[str, Any]:
    """A constant with its type."""
    if value is None:
        return {"type": "None"}
    if value is ...:
        return {"type": "Ellipsis"}
    kind = type(value).__name__
    if isinstance(value, bool):
        return {"type": kind, "value": value}
    if isinstance(value, int):
        return {"type": kind, "value": str(value)}
    if isinstance(value, float):
        return {"type": kind, "value": bits(value)}
    if isinstance(value, complex):
        return {"type": kind, "value": bits(value.imag)}
    return {"type": kind, "value": value if isinstance(value, str) else value.decode("latin-1")}


class Writer:
    """Turns one module's tree into plain data."""

    def __init__(self, source: str) -> None:
        self.lines = [line.encode() for line in re.split(r"\r\n|\r|\n", source)]

    def column(self, line: int, offset: int) -> int:
        """Counts in code points what CPython counts in bytes."""
        return len(self.lines[line - 1][:offset].decode())

    def value(self, field: str, value: Any, places: bool) -> Any:
        """Writes a field of a node."""
        if isinstance(value, list):
            return [self.value(field, item, places) for item in value]
        if isinstance(value, ast.expr_context):
            return type(value).__name__
        if isinstance(value, (ast.operator, ast.boolop, ast.unaryop, ast.cmpop)):
            return OPERATORS[type(value).__name__]
        if isinstance(value, ast.AST):
            return self.node(value, places)
        if field == "conversion":
            return None if value == -1 else chr(value)
        if field in ("simple", "is_async"):
            return bool(value)
        return value

    def node(self, node: ast.AST, places: bool = True) -> dict[str, Any]:
        """Writes a node. Places inside of f-strings are wrong before Python 3.12: left out."""
        name = type(node).__name__
        kind = KINDS.get(name, name)
        result: dict[str, Any] = {"kind": kind}
        if places and isinstance(node, ast.expr):
            result["at"] = self.place(node)
        elif places and isinstance(node, ast.stmt):
            result["at"] = self.place(node)[:2]
        inside = places and not isinstance(node, ast.JoinedStr)
        if isinstance(node, ast.Constant):
            return {**result, "value": constant(node.value)}
        for field, value in ast.iter_fields(node):
            if field not in LEFT_OUT:
                result[FIELDS.get(field, field)] = self.value(field, value, inside)
        if kind in ASYNC_KINDS:
            result["isAsync"] = name.startswith("Async")
        if kind == "Try":
            result["isStar"] = name == "TryStar"
        if kind in ("FunctionDef", "ClassDef"):
            result.setdefault("typeParams", [])
        return result

    def place(self, node: ast.expr | ast.stmt) -> list[int]:
        """The place of a node."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return [
            node.lineno,
            self.column(node.lineno, node.col_offset),
            node.end_lineno,
            self.column(node.end_lineno, node.end_col_offset),
        ]


def main() -> None:
    """Prints the part of the library that the command line names."""
    warnings.simplefilter("ignore")
    sys.set_int_max_str_digits(0)
    part, parts = int(sys.argv[1]), int(sys.argv[2])
    for number, (name, source) in enumerate(library_files()):
        # The names of characters are not carried in the analysis.
        if number % parts != part or "\\N{" in source:
            continue
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError):
            continue
        body = Writer(source).node(tree)["body"]
        print(json.dumps({"name": name, "source": source, "tree": body}))


if __name__ == "__main__":
    main()
