"""Values between steps: written as content-addressed files, read by mapping, compared by digest.

A step process makes one :class:`ValueSession`::

    session = ValueSession(namespace, store="/store/values", scope="Train model")
    ...run the prologue's cells (and imports) in namespace...
    session.prologue_done()
    result = session.read([GroupReference(group, ("df", "model"))], track=outputs + leaves)
    hidden.restore(result.reserved)
    ...run the step's cells...
    written = session.write(required=outputs, best_effort=leaves, keep_bytes=10**9,
                            reserved=hidden.changed())
    written.values      # one StoredValue a name, in the protocol's RunnerValue fields
    written.refused     # non-empty: the step fails, with str(refusal) for the person

``namespace`` must be the ``__dict__`` that the notebook's functions have as ``__globals__``
(``__main__``). Nothing here starts a thread that outlives its call, and importing the package has
no effect beyond definitions, so that a fork server may preload it.
"""

from __future__ import annotations

from .export import export_pickle
from .model import (
    GroupReference,
    ReadResult,
    Refusal,
    StoredValue,
    ValueReadError,
    WriteResult,
)
from .session import ValueSession

__all__ = [
    "GroupReference",
    "ReadResult",
    "Refusal",
    "StoredValue",
    "ValueReadError",
    "ValueSession",
    "WriteResult",
    "export_pickle",
]
