"""Writes one group of names to the store."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .container import Section, write_file
from .digest import Digest, ParallelDigester
from .pickled import KnowDigest, Pickled, start_buffer_digest


def write_group(
    store: Path,
    names: Sequence[str],
    pickled: Pickled,
    digests: Mapping[str, Digest],
    globals_: Mapping[str, Sequence[str]],
    digester: ParallelDigester,
    known: KnowDigest,
    *,
    durable: bool,
) -> str:
    """Store the names whose values ``pickled`` holds as one tuple, in that order; answer the
    group's name.

    :raises StoreError: the disk is full, or the write failed.
    """
    definitions = memoryview(
        pickle.dumps([record.to_plain() for record in pickled.records], protocol=5)
    )
    streams = [definitions, pickled.stream]
    sections = [Section(view, True, digester.start(view)) for view in streams]
    sections += [
        Section(buffer, buffer.readonly, start_buffer_digest(buffer, digester, known))
        for buffer in pickled.buffers
    ]

    def fields() -> dict[str, Any]:
        return {
            "order": list(names),
            "names": {
                name: {"digest": digests[name](), "globals": sorted(globals_[name])}
                for name in names
            },
            "python": list(sys.version_info[:2]),
            "code": bool(pickled.records) or pickled.pickler.has_code,
        }

    group, _ = write_file(store, sections, fields, durable=durable)
    return group
