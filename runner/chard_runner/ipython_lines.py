"""IPython's translation of magics and shell lines, with every line kept where it is."""

from __future__ import annotations

from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from .cells import empty_lines_at_start


def make_line_keeper() -> LineKeeper:
    """One that has IPython's own transformations."""
    make: Any = LineKeeper
    keeper: LineKeeper = make()
    return keeper


class LineKeeper(TransformerManager):
    """Keeps line numbers.

    A magic over several lines becomes one line and as many empty ones, and the empty lines at a
    cell's start, which IPython strips, come back in :func:`transform_in_place`.
    """

    def do_one_token_transform(self, lines: list[str]) -> tuple[bool, list[str]]:
        parent: Any = super()
        changed, new = parent.do_one_token_transform(lines)
        missing = len(lines) - len(new)
        if changed and missing > 0:
            at = next((i for i, line in enumerate(new) if line != lines[i]), len(new) - 1)
            new = [*new[: at + 1], *["\n"] * missing, *new[at + 1 :]]
        return changed, new

    def transform_in_place(self, source: str) -> str:
        """A cell as Python, each statement on the line on which it stands in the cell.

        :raises SyntaxError: a magic is not finished.
        """
        transformed: str = self.transform_cell(source)
        return "\n" * empty_lines_at_start(source) + transformed
