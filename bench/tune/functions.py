"""Standard functions to search: a step's source each, which leaves `loss`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Function:
    name: str
    title: str
    #: In the words of the notebook's metadata.
    parameters: list[dict[str, Any]]
    defaults: dict[str, Any]
    source: str


def _unit(name: str) -> dict[str, Any]:
    return {"name": name, "type": "double", "min": 0, "max": 1}


BRANIN = Function(
    "branin",
    "Branin",
    [
        {"name": "x", "type": "double", "min": -5, "max": 10},
        {"name": "y", "type": "double", "min": 0, "max": 15},
    ],
    {"x": 1.0, "y": 1.0},
    """import math
valley = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
loss = valley**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10
""",
)

HARTMANN = Function(
    "hartmann",
    "Hartmann-6",
    [_unit(f"x{index}") for index in range(6)],
    {f"x{index}": 0.5 for index in range(6)},
    """import math
at = [x0, x1, x2, x3, x4, x5]
heights = [1.0, 1.2, 3.0, 3.2]
widths = [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
]
middles = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]
loss = 0.0
for height, width, middle in zip(heights, widths, middles):
    distance = sum(w * (a - m) ** 2 for w, a, m in zip(width, at, middle))
    loss -= height * math.exp(-distance)
""",
)

MIXED = Function(
    "mixed",
    "a mixed space (a log scale, a whole number, a choice, a number)",
    [
        {
            "name": "rate",
            "type": "double",
            "min": 0.0001,
            "max": 1,
            "distribution": "logUniform",
        },
        {"name": "layers", "type": "int", "min": 1, "max": 9},
        {"name": "kind", "type": "categorical", "list": ["relu", "tanh", "gelu"]},
        {"name": "dropout", "type": "double", "min": 0, "max": 0.9},
    ],
    {"rate": 0.01, "layers": 2, "kind": "relu", "dropout": 0.1},
    """import math
loss = (math.log10(rate) + 2.5) ** 2 + 0.3 * (layers - 4) ** 2
loss += {"relu": 0.0, "tanh": 0.8, "gelu": 0.2}[kind] + 2 * (dropout - 0.3) ** 2
""",
)

FUNCTIONS = (BRANIN, HARTMANN, MIXED)
