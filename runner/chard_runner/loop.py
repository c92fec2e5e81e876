"""The event loop in which cells run, as a kernel's cells run inside of its running loop.

Code of a cell can therefore start tasks, and what it sets in context variables (the precision of
``decimal``, say) holds in the next cell.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import sys
from asyncio import events
from collections.abc import Coroutine
from typing import Any, Callable, TypeVar

T = TypeVar("T")


class CellLoop:
    """One event loop and one context for all cells of a step."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        asyncio.run = _runnable_inside(self._loop, asyncio.run)
        self._context = contextvars.copy_context()
        #: Whether the last wait was interrupted.
        self.interrupted = False

    def call(self, function: Callable[[], T]) -> T:
        """Call a plain function while the loop runs; what it raises is raised here."""
        returned: list[T] = []
        raised: list[BaseException] = []

        def callback() -> None:
            try:
                returned.append(function())
            except BaseException as error:
                raised.append(error)
            finally:
                self._loop.stop()

        self._loop.call_soon(callback, context=self._context)
        self._loop.run_forever()
        if raised:
            raise raised[0]
        return returned[0]

    def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Await a coroutine. An interrupt cancels it, so that it sees the interrupt where it waits.

        :raises KeyboardInterrupt: it was interrupted and let its cancellation pass; the traceback
            says where it waited.
        """
        passed: list[asyncio.CancelledError] = []

        async def watched() -> T:
            try:
                return await coroutine
            except asyncio.CancelledError as error:
                passed.append(error)
                raise

        task = self._task(watched())
        self.interrupted = False
        while True:
            try:
                return self._loop.run_until_complete(task)
            except KeyboardInterrupt:
                if task.done() or self.interrupted:
                    raise
                self.interrupted = True
                task.cancel()
            except asyncio.CancelledError:
                if not self.interrupted:
                    raise
                trace = passed[0].__traceback__ if passed else None
                raise KeyboardInterrupt().with_traceback(trace) from None

    def _task(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        if sys.version_info >= (3, 11):
            return self._loop.create_task(coroutine, context=self._context)
        return self._context.run(self._loop.create_task, coroutine)


def _runnable_inside(cells: asyncio.AbstractEventLoop, run: Callable[..., T]) -> Callable[..., T]:
    """``asyncio.run`` that also works in a cell.

    A kernel refuses it there, because its own loop runs; the same code works as a script. Nothing
    can depend on the refusal, so a step takes both.
    """

    @functools.wraps(run)
    def run_inside(*arguments: Any, **options: Any) -> T:
        if events._get_running_loop() is not cells:
            return run(*arguments, **options)
        events._set_running_loop(None)
        try:
            return run(*arguments, **options)
        finally:
            events._set_running_loop(cells)
            asyncio.set_event_loop(cells)

    return run_inside
