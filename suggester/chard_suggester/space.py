"""A search space as Optuna's distributions, and values between the two.

A list of numbers has an order, which Optuna's categories have not: to Optuna such a parameter is
its place in the sorted list, and its value to everybody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Union

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

Value = Union[str, int, float, bool, None]


@dataclass(frozen=True)
class Parameter:
    """One dimension of the space: how Optuna sees it, and how a person does."""

    name: str
    distribution: BaseDistribution
    #: The values whose places Optuna draws; None where it draws the values themselves.
    listed: tuple[Value, ...] | None = None
    #: What a stepped range counts from, and the step; None for all else.
    steps: tuple[float, float] | None = None

    def value(self, drawn: Any) -> Value:
        """Give what a person would write for what Optuna has drawn."""
        if self.listed is not None:
            return self.listed[int(drawn)]
        if self.steps is None:
            return drawn  # type: ignore[no-any-return]
        # 0.1 + 2 steps of 0.1 is 0.3, which binary fractions miss by a little.
        low, step = (Decimal(repr(number)) for number in self.steps)
        count = round((drawn - self.steps[0]) / self.steps[1])
        return float(low + count * step)

    def drawn(self, value: Value) -> Any:
        """Give what Optuna would have drawn for a value."""
        return value if self.listed is None else self.listed.index(value)

    def points(self) -> list[Any]:
        """All that Optuna can draw; ValueError for a range of numbers without a step."""
        found = self.distribution
        if isinstance(found, CategoricalDistribution):
            return list(found.choices)
        if isinstance(found, IntDistribution):
            return list(range(found.low, found.high + 1, found.step))
        if isinstance(found, FloatDistribution) and found.step is not None and self.steps:
            low, step = (Decimal(repr(number)) for number in self.steps)
            count = round((found.high - found.low) / found.step)
            return [float(low + index * step) for index in range(count + 1)]
        if found.single():
            return [found.low]  # type: ignore[attr-defined]
        raise ValueError(f'"{self.name}" has no end of values')


def read_parameter(spec: dict[str, Any]) -> Parameter:
    """Make a dimension of what the experiment's specification says of a parameter."""
    name, kind = spec["name"], spec["type"]
    if kind == "categorical":
        return Parameter(name, CategoricalDistribution(list(dict.fromkeys(spec["list"]))))
    if kind == "discrete":
        listed = tuple(sorted(set(spec["list"])))
        return Parameter(name, IntDistribution(0, len(listed) - 1), listed=listed)
    low, high, step = spec["min"], spec["max"], spec.get("step")
    log = spec.get("distribution") == "logUniform"
    if kind == "int":
        step = int(step or 1)
        last = low + (high - low) // step * step
        return Parameter(name, IntDistribution(int(low), int(last), log=log, step=step))
    if step is None:
        return Parameter(name, FloatDistribution(low, high, log=log))
    exact = [Decimal(repr(number)) for number in (low, high, step)]
    last = float(exact[0] + (exact[1] - exact[0]) // exact[2] * exact[2])
    return Parameter(name, FloatDistribution(low, last, step=step), steps=(low, step))
