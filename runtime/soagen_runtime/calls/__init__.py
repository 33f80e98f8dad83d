"""Calls that are values: described first, then run, started, forgotten, or put together.

One idea: ``orders.calls`` has the methods of the client, and each gives the call instead of making it. What is to be
done with it is a verb of the call::

    call = orders.calls.get_order(id="o_1")        # nothing is sent
    call.run()                                     # what orders.get_order(id="o_1") does
    call.outcome()                                 # ... with the error, if there is one, as a value
    call.start()                                   # sent now, asked for later: future.result()
    call.forget()                                  # sent, and nobody waits for a reply

    job(call, other).run()                         # both in one request, in order, by one worker
    parallel(call, stock.calls.get(...)).run()     # requests to one or several services, at the same time

With an asyncio client the verbs are awaited, but for ``start``, which gives an `asyncio.Task`.
"""

from __future__ import annotations

from soagen_runtime.calls.asynchronous import AsyncCall, AsyncCalls, AsyncJob, AsyncParallel, AsyncPending
from soagen_runtime.calls.blocking import Call, Calls, Future, Job, Parallel, Pending
from soagen_runtime.calls.together import job, parallel
from soagen_runtime.core.outcome import Outcome

__all__ = [
    "AsyncCall",
    "AsyncCalls",
    "AsyncJob",
    "AsyncParallel",
    "AsyncPending",
    "Call",
    "Calls",
    "Future",
    "Job",
    "Outcome",
    "Parallel",
    "Pending",
    "job",
    "parallel",
]
