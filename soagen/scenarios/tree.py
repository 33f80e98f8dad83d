"""A scenario file as it was understood: frozen, and every name in it looked up.

Actions, errors and fields have the names by which they are sent, switches their ids. ``at`` is where something stands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from soagen.diagnostics import Span
from soagen.scenarios.values import Body, Part, Record


@dataclass(frozen=True, slots=True)
class Target:
    """What ``module:name`` names: a server class, or a function that makes a server."""

    text: str
    at: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """An error: its code, and what is said of the rest of it."""

    code: str
    at: Span
    field: str | None = None
    message: str | None = None
    fields: Record | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a stub answers: a response, an error, or that no answer comes. ``request`` says to which requests only."""

    at: Span
    request: Body | None = None
    response: Body | None = None
    error: Error | None = None
    fails: Literal["timeout", "connection"] | None = None


@dataclass(frozen=True, slots=True)
class Stub:
    """An action that is stubbed, under the contract that the ``switches`` select, and its answers in their order."""

    service: str
    wire: str
    switches: frozenset[int]
    answers: tuple[Answer, ...]
    at: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What calls are made in. ``context`` has the fields by their names."""

    time: dt.datetime | None = None
    context: Mapping[str, Part] = field(default_factory=dict)
    switches: frozenset[int] = frozenset()
    stubs: tuple[Stub, ...] = ()

    def within(self, outer: Setting) -> Setting:
        """This setting inside another one, with whose stubs it has nothing to do."""
        return Setting(
            time=self.time or outer.time,
            context={**outer.context, **self.context},
            switches=outer.switches | self.switches,
            stubs=self.stubs,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of an action, under the contract that the setting's switches select, and what is expected of it.

    Without ``errors`` it must go well. ``whole`` is whether there may be no errors but these. ``save`` names its
    response.
    """

    service: str
    action: str
    wire: str
    at: Span
    request: Body
    response: Body | None = None
    errors: tuple[Error, ...] = ()
    whole: bool = False
    save: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Calls: one by itself, or those of a job, of which ``error`` is what the job as a whole fails with."""

    at: Span
    setting: Setting
    calls: tuple[Call, ...]
    is_job: bool = False
    continue_on_error: bool = False
    error: Error | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The requests that a stub must have answered by now, in their order."""

    service: str
    wire: str
    requests: tuple[Body, ...]
    at: Span


@dataclass(frozen=True, slots=True)
class Scenario:
    """Steps in one setting, one after the other."""

    name: str
    at: Span
    setting: Setting
    steps: tuple[Step | Asked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a file says of all its scenarios, but for their setting. ``packages`` has the packages of services whose
    code does not stand beside that of the tested one.
    """

    server: Target
    servers: tuple[Target, ...] = ()
    packages: Mapping[str, str] = field(default_factory=dict)
    usefixtures: tuple[str, ...] = ()
