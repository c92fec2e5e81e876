"""Whether constant expressions have the values that were computed for them: JSON in, JSON out.

Takes ``{"sources": [expression, ...], "printed": [literal or null, ...]}``. Gives for each the
expression's ``repr`` (null where Python raises) and whether the literal has the same type and value
(null where there is none).
"""

from __future__ import annotations

import ast
import json
import sys
import warnings
from typing import Any


class Bounded(ast.NodeTransformer):
    """Sends powers and products through functions that refuse what would fill the machine."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        name = {ast.Pow: "power", ast.Mult: "product"}.get(type(node.op))
        if name is None:
            return node
        return ast.Call(ast.Name(name, ast.Load()), [node.left, node.right], [])


def power(base: Any, exponent: Any) -> Any:
    """``base ** exponent`` unless it has more than some ten thousand digits."""
    is_integer = isinstance(base, int) and isinstance(exponent, int)
    if is_integer and abs(base) > 1 and base.bit_length() * exponent > 1 << 15:
        raise OverflowError
    if is_integer and abs(base) == 1:
        return base ** (exponent % 2) if exponent >= 0 else float(base ** (exponent % 2))
    return base**exponent


def product(left: Any, right: Any) -> Any:
    """``left * right`` unless it repeats more than some ten thousand items."""
    for sequence, times in ((left, right), (right, left)):
        is_repeated = isinstance(sequence, (str, list, tuple)) and isinstance(times, int)
        if is_repeated and len(sequence) * times > 1 << 20:
            raise MemoryError
    return left * right


def value_of(source: str) -> str | None:
    """The ``repr`` of an expression, null where it raises or gives a complex number."""
    try:
        tree = ast.fix_missing_locations(Bounded().visit(ast.parse(source.strip(), mode="eval")))
        names = {"__builtins__": {"float": float}, "power": power, "product": product}
        value = eval(compile(tree, "<literal>", "eval"), names)
        return None if isinstance(value, complex) else repr(value)
    except (ArithmeticError, TypeError, ValueError, MemoryError):
        return None


def judge(source: str, printed: str | None) -> dict[str, Any]:
    """Compares one expression with the literal that stands for it."""
    value = value_of(source)
    if printed is None:
        return {"equal": None, "value": value}
    return {"equal": value_of(printed) == value, "value": value}


def main() -> None:
    warnings.simplefilter("ignore")
    asked = json.load(sys.stdin)
    pairs = zip(asked["sources"], asked["printed"])
    json.dump([judge(source, printed) for source, printed in pairs], sys.stdout)


if __name__ == "__main__":
    main()
