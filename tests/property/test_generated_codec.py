"""Random contracts become code that carries every value there and back, and says where a wrong one is wrong."""

from __future__ import annotations

import copy
import importlib
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from soagen_runtime.validation import Invalid

from soagen.generate import Options, generate
from soagen.generate.clashes import clashes
from soagen.model import NamedType, Project
from tests.property.contracts import Wire, projects

ROOT = NamedType("top", "Root")
PACKAGES = (f"random_{number}" for number in count())

few = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # Each step of shrinking is a package to write and import: what was found says enough.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)


def write(project: Project, package: str, folder: Path) -> None:
    for name, text in generate(project, Options(package=package)).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@contextmanager
def module_of(project: Project, module: str) -> Iterator[ModuleType]:
    """A module of ``top``, imported from a package of its own, which is forgotten afterwards."""
    package = next(PACKAGES)
    with tempfile.TemporaryDirectory() as folder:
        write(project, package, Path(folder))
        sys.path.insert(0, folder)
        try:
            yield importlib.import_module(f"{package}.top.{module}")
        finally:
            sys.path.remove(folder)
            for name in [name for name in sys.modules if name.split(".")[0] == package]:
                del sys.modules[name]


def same(left: Any, right: Any) -> bool:
    """Whether two values are the same, of the same classes, through and through."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float):
        return left == right and math.copysign(1, left) == math.copysign(1, right)
    return bool(left == right) and str(left) == str(right)


@given(st.data())
@few
def test_values_go_there_and_back(data: st.DataObject) -> None:
    project = data.draw(projects())
    if clashes(project):
        return
    with module_of(project, "codec") as codec:
        for _ in range(5):
            sent = Wire(project, data).value(ROOT)
            for strict in (True, False):
                value = codec.decode_root(copy.deepcopy(sent), strict)
                assert same(codec.encode_root(value, strict), sent)
                assert codec.decode_root(codec.encode_root(value, strict), strict) == value
                assert repr(value)


@given(st.data())
@few
def test_what_is_wrong_is_found_where_it_is(data: st.DataObject) -> None:
    project = data.draw(projects())
    if clashes(project):
        return
    with module_of(project, "codec") as codec:
        for _ in range(5):
            wire = Wire(project, data)
            sent = wire.value(ROOT)
            spots = [spot for spot in wire.spots(sent, ROOT) if not spot.is_any]
            if not spots:
                continue
            spot = data.draw(st.sampled_from(spots))
            remove = spot.needed and data.draw(st.booleans())
            if remove:
                spot.remove()
            else:
                spot.put(object())
            for strict in (True, False):
                with pytest.raises(Invalid) as raised:
                    codec.decode_root(sent, strict)
                codes = [fault.code for fault in raised.value.faults if fault.path == spot.path]
                # Of an enum, PySOA says for anything else that it is none of the values.
                assert codes in ([["MISSING"]] if remove else [["INVALID"], ["UNKNOWN"]]), raised.value.faults


@given(st.data())
@few
def test_only_a_strict_reader_refuses_unknown_keys(data: st.DataObject) -> None:
    project = data.draw(projects())
    if clashes(project):
        return
    with module_of(project, "codec") as codec:
        sent = Wire(project, data).value(ROOT)
        known = codec.decode_root(copy.deepcopy(sent), True)
        sent["something nobody knows"] = 1
        assert codec.decode_root(sent, False) == known
        with pytest.raises(Invalid) as raised:
            codec.decode_root(sent, True)
        assert [(fault.code, fault.path) for fault in raised.value.faults] == [("UNKNOWN", "")]


@given(st.data())
@few
def test_bodies_go_there_and_back(data: st.DataObject) -> None:
    project = data.draw(projects())
    if clashes(project):
        return
    wire = Wire(project, data)
    with module_of(project, "service") as service:
        for action in project.contracts["top"].actions:
            table = next(each for each in service.SERVICE.actions if each.name == action.name)
            for body, encode, decode in (
                (action.request, table.encode_request, table.decode_request),
                (action.response, table.encode_response, table.decode_response),
            ):
                sent = wire.body(body)
                for strict in (True, False):
                    assert same(encode(decode(copy.deepcopy(sent), strict), strict), sent)
                    with pytest.raises(Invalid):
                        decode([sent], strict)


@given(st.data())
@settings(few, max_examples=25)
def test_the_layout_is_that_of_ruff(data: st.DataObject) -> None:
    project = data.draw(projects())
    if clashes(project):
        return
    with tempfile.TemporaryDirectory() as folder:
        write(project, "random", Path(folder))
        ruff = str(Path(sys.executable).parent / "ruff")
        for command in (["format", "--diff"], ["check", "--output-format=concise", "--target-version=py311"]):
            done = subprocess.run(
                [ruff, *command, "--isolated", "--no-cache", folder], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout
