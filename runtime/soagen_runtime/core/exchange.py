"""A request on its way: sent, awaited, and made again where that is safe.

Sending and waiting are two steps, so that a caller may do something else in between; a call is one after the other.
"""

from __future__ import annotations

from soagen_runtime.core.answers import ErrorTable
from soagen_runtime.core.options import CallOptions
from soagen_runtime.core.request import Plan
from soagen_runtime.core.retry import may_repeat
from soagen_runtime.core.transport import Channel, ClientTransport
from soagen_runtime.errors import CallError, CallTimeout, ConnectionFailed, TransportError
from soagen_runtime.wire import JobResult


class NotYet(Exception):
    """The reply is not there, and its deadline is not over."""


class Exchange:
    """One job, and what comes of it. ``shared`` is whether others are sent before this one is asked for."""

    __slots__ = (
        "_again_at",
        "_attempt",
        "_channel",
        "_failure",
        "_options",
        "_plan",
        "_request_id",
        "_shared",
        "_table",
        "_transport",
    )

    def __init__(
        self, transport: ClientTransport, table: ErrorTable, options: CallOptions, plan: Plan, *, shared: bool = False
    ) -> None:
        self._transport = transport
        self._table = table
        self._options = options
        self._plan = plan
        self._shared = shared
        self._attempt = 1
        self._again_at: float | None = None  # when it is to be made again
        self._channel: Channel | None = None
        self._request_id = 0
        self._failure: CallError | None = None

    async def send(self) -> None:
        """Sends it. What the transport has against it is for `result` to say, or to mend. Raises `RequestInvalid` and
        `RequestTooLarge`.
        """
        plan = self._plan
        try:
            channel = self._channel = await self._transport.open(plan.service.name, shared=self._shared)
        except TransportError as error:
            self._failure = error
            return
        try:
            self._request_id = channel.next_request_id()
            message = plan.write(self._request_id, channel.reply_to, await channel.master(plan.deadline))
            await channel.send(
                self._request_id, message, lifetime=plan.lifetime, until=plan.deadline, awaited=plan.awaited
            )
        except TransportError as error:
            self._failure = error
            self.release()
        except BaseException:
            self.release()
            raise

    async def result(self, within: float | None = None) -> JobResult | None:
        """What came of it, as soon as it is there; None where nobody waits for anything.

        Raises `CallError` where there is no result at all, and `NotYet` after ``within`` seconds, if the deadline comes
        later; then it may be asked for again.
        """
        until = None if within is None else await self._transport.now() + within
        while True:
            if self._again_at is not None:
                await self._make_again(self._again_at, until)
            result = None
            try:
                result = await self._receive(until)
                failure = None if result is None else self._failure_in(result)
            except CallError as error:
                failure = error
            if failure is None:
                self._options.budget.succeeded()
                return result
            delay = await self._delay(failure)
            if delay is None:
                if result is None:
                    raise failure
                return result
            self._again_at = await self._transport.now() + delay

    async def _make_again(self, at: float, until: float | None) -> None:
        if until is not None and until < at:
            await self._sleep_until(until)
            raise NotYet
        await self._sleep_until(at)
        self._again_at = None
        self._attempt += 1
        await self.send()

    async def _sleep_until(self, time: float) -> None:
        await self._transport.sleep(max(0.0, time - await self._transport.now()))

    async def _receive(self, until: float | None) -> JobResult | None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        channel, deadline = self._channel, self._plan.deadline
        assert channel is not None, "result() comes after send()"
        early = until is not None and until < deadline
        keep = self._shared  # who is interrupted while it waits may ask again
        try:
            result = None
            if self._plan.awaited:
                reply = await channel.receive(self._request_id, until if until is not None and early else deadline)
                result = reply.result
            keep = False
            return result
        except (CallTimeout, ConnectionFailed):
            keep = early
            if early:
                raise NotYet from None
            raise
        except CallError:
            keep = False
            raise
        finally:
            if not keep:
                self.release()

    def _failure_in(self, result: JobResult) -> CallError | None:
        """What a result would be raised as, if nothing of it was done: an error before which no action was run."""
        if result.errors:
            return self._table.job_error(result.errors)
        if len(result.actions) == 1 and result.actions[0].errors:
            return self._table.action_error(result.actions[0].errors)
        return None

    async def _delay(self, failure: CallError) -> float | None:
        """Seconds to wait before it is made again; None if it is not."""
        options = self._options
        if not may_repeat(self._plan.is_idempotent, failure):
            if not isinstance(failure, TransportError):
                options.budget.succeeded()
            return None
        delay = options.retry.delay(self._attempt, failure)
        now = await self._transport.now()
        if not options.budget.failed() or self._attempt >= options.retry.attempts:
            return None
        return delay if delay is not None and now + delay < self._plan.deadline else None

    def release(self) -> None:
        """Lets go of it: a reply that still comes is dropped."""
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.release()
