"""YAML nodes -> scenarios: the file, its settings, its steps. What a call says is read by `calls`.

A file is read in two stages: its head says which servers are tested; with their contracts the rest can be read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from soagen.checks.scalars import FORMS
from soagen.findings import Report
from soagen.model import Kind
from soagen.parse.shapes import (
    Parsing,
    Reader,
    as_list,
    as_map,
    as_word,
    flag,
    item_entry,
    names,
    node,
    read_map,
    text,
)
from soagen.parse.types import qualified_name
from soagen.scenarios.calls import Calls, Views
from soagen.scenarios.references import Source
from soagen.scenarios.tree import Asked, Call, Head, Scenario, Setting, Step, Target
from soagen.scenarios.values import Part, Record, Values, problem
from soagen.source import Bad, Entry, Map, Node, Seq

VERSION = "1"


@dataclass(frozen=True, slots=True)
class File:
    """A file whose head has been read, and the rest of it as it stands there."""

    path: str
    head: Head
    rest: Mapping[str, Any]


def read_head(root: Node, path: str, report: Report) -> File | None:
    """The first stage; None after a finding that leaves nothing to go on with."""
    p = Parsing(path, report)
    if not isinstance(root, Map):
        if not isinstance(root, Bad):
            report.add("WRONG_SHAPE", root.at, "a scenario file is a map", hint="it starts with `soatest: 1`")
        return None
    values = read_map(p, root, "a scenario file", _FILE, required=["soatest", "server", "scenarios"])
    if values.get("server") is None or values.get("soatest") is None:
        return None
    head = Head(
        server=values["server"],
        servers=values.get("servers") or (),
        packages=values.get("packages") or {},
        usefixtures=values.get("usefixtures") or (),
    )
    return File(path, head, {key: values.get(key) for key in (*_SETTING, "scenarios")})


def read_scenarios(file: File, views: Views, report: Report) -> tuple[Scenario, ...]:
    """The second stage: all scenarios that could be read, with findings about the rest."""
    p = Parsing(file.path, report)
    whole = _Settings(p, views).read(file.rest, {}, Setting())
    scenarios: Seq | None = file.rest["scenarios"]
    read = [_scenario(p, views, each, whole) for each in scenarios.items] if scenarios else []
    found = [each for each in read if each is not None]
    seen: dict[str, Scenario] = {}
    for each in found:
        first = seen.setdefault(each.name, each)
        if first is not each:
            related = ((first.at, "the first is here"),)
            report.add("DUPLICATE_ITEM", each.at, f"there are two scenarios named `{each.name}`", related=related)
    return tuple(found)


def _scenario(p: Parsing, views: Views, item: Node, whole: Setting) -> Scenario | None:
    if not isinstance(item, Map):
        if not isinstance(item, Bad):
            p.report.add("WRONG_SHAPE", item.at, "a scenario is a map with `name` and `steps`")
        return None
    values = read_map(p, item, "a scenario", {**_SETTING, "name": text, "steps": as_list}, required=["name", "steps"])
    own = _Settings(p, views).read(values, {}, whole)
    setting = own.within(whole)
    # What is said for the whole file holds in each scenario, unless the scenario says something else of an action.
    redone = {(stub.service, stub.wire) for stub in own.stubs}
    stubs = (*(stub for stub in whole.stubs if (stub.service, stub.wire) not in redone), *own.stubs)
    setting = Setting(time=setting.time, context=setting.context, switches=setting.switches, stubs=stubs)
    steps = _Steps(p, views, setting)
    given: Seq | None = values.get("steps")
    for each in given.items if given else ():
        steps.read(each)
    return Scenario(values.get("name") or "", item.at, setting, tuple(steps.found))


class _Settings:
    """Reads what calls are made in."""

    def __init__(self, p: Parsing, views: Views) -> None:
        self._p = p
        self._views = views

    def read(self, values: Mapping[str, Any], saved: Mapping[str, Source], outer: Setting) -> Setting:
        """The setting that some keys of a map describe."""
        switches = outer.switches | frozenset(self._switches(values.get("switches")))
        calls = Calls(self._p, self._views, saved, switches)
        return Setting(
            time=values.get("time"),
            context=self._context(values.get("context"), saved),
            switches=switches,
            stubs=tuple(calls.stubs(values.get("stubs"))),
        )

    def _switches(self, seq: Seq | None) -> Iterable[int]:
        for item in seq.items if seq else ():
            scalar = as_word(self._p, item_entry(item), "the name of a switch")
            name = qualified_name(scalar) if scalar else None
            found = self._views.main.switch(name) if name else None
            if found is not None:
                yield found
            elif scalar is not None:
                message = f"there is no switch `{scalar.text}` in `{self._views.main.service}`"
                self._p.report.add("UNKNOWN_SWITCH", item.at, message)

    def _context(self, given: Map | None, saved: Mapping[str, Source]) -> Mapping[str, Part]:
        if given is None:
            return {}
        view = self._views.main
        values = Values(view, self._p.report, saved, expected=False, whole=False)
        read = values.record(given, view.context(), "the context")
        return read.parts if isinstance(read, Record) else {}


class _Steps:
    """Reads the steps of one scenario, and keeps in mind what they save."""

    def __init__(self, p: Parsing, views: Views, setting: Setting) -> None:
        self._p = p
        self._views = views
        self._setting = setting
        self._saved: dict[str, Source] = {}
        self.found: list[Step | Asked] = []

    def read(self, item: Node) -> None:
        """Reads a step; what kind it is, one of three keys says."""
        if not isinstance(item, Map):
            if not isinstance(item, Bad):
                self._p.report.add("WRONG_SHAPE", item.at, "a step is a map with `call`, `job` or `called`")
            return
        keys = [entry.key.text for entry in item.entries]
        kind = next((key for key in ("call", "job", "called") if key in keys), "call")
        step = {"call": self._call, "job": self._job, "called": self._called}[kind](item)
        if step is not None:
            self.found.append(step)

    def _call(self, item: Map) -> Step | None:
        values = read_map(self._p, item, "a step", {**_SETTING, **Calls.KEYS}, required=["call"])
        setting = self._in(values)
        call = Calls(self._p, self._views, self._saved, setting.switches).call(item, values)
        return None if call is None else Step(at=item.at, setting=setting, calls=(call,))

    def _job(self, item: Map) -> Step | None:
        values = read_map(self._p, item, "a job", _JOB, required=["job"])
        setting = self._in(values)
        calls = Calls(self._p, self._views, dict(self._saved), setting.switches, into=self._saved)
        seq: Seq | None = values.get("job")
        read = [calls.of_job(each) for each in seq.items] if seq else []
        self._one_service([call for call in read if call is not None])
        continues = values.get("continue_on_error")
        return Step(
            at=item.at,
            setting=setting,
            calls=tuple(call for call in read if call is not None),
            is_job=True,
            continue_on_error=continues is not None and continues.value,
            error=calls.job_error(values.get("error")),
        )

    def _one_service(self, calls: Sequence[Call]) -> None:
        for call in calls:
            if call.service != calls[0].service:
                message = f"a job is one request to one service, which is `{calls[0].service}` here"
                problem(self._p.report, call.at, message)

    def _called(self, item: Map) -> Asked | None:
        values = read_map(self._p, item, "a step", Calls.CALLED, required=["called", "requests"])
        return Calls(self._p, self._views, self._saved, self._setting.switches).asked(item, values)

    def _in(self, values: Mapping[str, Any]) -> Setting:
        return _Settings(self._p, self._views).read(values, self._saved, self._setting).within(self._setting)


# --- the keys of maps


def _version(p: Parsing, entry: Entry) -> str | None:
    scalar = as_word(p, entry, "the version, `1`,")
    if scalar is None or scalar.text == VERSION:
        return None if scalar is None else scalar.text
    p.report.add("UNSUPPORTED_VERSION", scalar.at, f"this soagen reads `soatest: {VERSION}`")
    return None


def _target(p: Parsing, entry: Entry) -> Target | None:
    scalar = as_word(p, entry, "module:Class")
    return None if scalar is None else Target(scalar.text, scalar.at)


def _targets(p: Parsing, entry: Entry) -> tuple[Target, ...] | None:
    seq = as_list(p, entry, "a list of module:Class")
    found = [_target(p, item_entry(item)) for item in seq.items] if seq else []
    return tuple(each for each in found if each is not None)


def _packages(p: Parsing, entry: Entry) -> dict[str, str] | None:
    given = as_map(p, entry, "a map of services to packages, such as {stock: acme.api.stock}")
    found = {each.key.text: text(p, each) for each in given.entries} if given else {}
    return {name: package for name, package in found.items() if package is not None}


def _texts(p: Parsing, entry: Entry) -> tuple[str, ...] | None:
    found = names(p, entry)
    return None if found is None else tuple(each.text for each in found)


def _time(p: Parsing, entry: Entry) -> dt.datetime | None:
    form = FORMS[Kind.DATETIME]
    scalar = as_word(p, entry, form.words)
    if scalar is None:
        return None
    value = form.read(scalar.text)
    if isinstance(value, dt.datetime):
        return value
    p.report.add("BAD_SETTING", scalar.at, f"`time` must be {form.words}")
    return None


_SETTING: Mapping[str, Reader] = {"time": _time, "context": as_map, "switches": as_list, "stubs": as_map}

_FILE: Mapping[str, Reader] = {
    "soatest": _version,
    "server": _target,
    "servers": _targets,
    "packages": _packages,
    "usefixtures": _texts,
    **_SETTING,
    "scenarios": as_list,
}

_JOB: Mapping[str, Reader] = {**_SETTING, "job": as_list, "continue_on_error": flag, "error": node}
