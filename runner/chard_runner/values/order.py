"""In which order values are made: making one may run code of the notebook (a ``__setstate__``, a
layer's ``__init__``), which finds the names that it uses only where they are bound by then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

T = TypeVar("T")


def in_order_of_use(
    items: Iterable[T], provided: Mapping[T, Iterable[str]], used: Mapping[T, Collection[str]]
) -> list[T]:
    """Items behind those whose names they use. Of items that use each other, the earlier one is
    last.

    :param provided: the names that each item brings.
    :param used: the names that the code in each item uses.
    """
    items = list(items)
    providers = {name: item for item in items for name in provided[item]}
    ordered: dict[T, None] = {}
    for item in items:
        path, seen = [item], {item}
        while path:
            ahead_of = (providers[name] for name in sorted(used[path[-1]]) if name in providers)
            ahead = next(
                (each for each in ahead_of if each not in seen and each not in ordered), None
            )
            if ahead is None:
                ordered[path.pop()] = None
            else:
                seen.add(ahead)
                path.append(ahead)
    return list(ordered)
