"""Prints what a PySOA server class tells of itself, as JSON: ``python - module:Server < probe.py``.

This is a program for the Python that has PySOA, which may be an old one: it keeps to what Python 2.7 and every 3 run,
and imports nothing of soagen. It says what stands in the way as ``{"problem": ...}``. Beside PySOA's own answer it
gives the service's name, and the names of switches where the code has one.
"""

from __future__ import absolute_import, unicode_literals

import importlib
import json
import os
import sys


class Problem(Exception):
    """What stands in the way, in a sentence."""


def main(target):
    """Answers on the stdout that it was given; what the service's code prints goes to stderr."""
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.path.insert(0, os.getcwd())
    try:
        found = described(server_class(target))
    except Problem as problem:
        found = {"problem": str(problem)}
    answer.write(json.dumps(plain(found)))
    answer.close()


def server_class(target):
    """The class that ``module:Server`` names."""
    try:
        from pysoa.server.server import Server
    except ImportError as error:
        raise Problem("PySOA can't be imported by " + sys.executable + ": " + str(error))
    if os.environ.get("DJANGO_SETTINGS_MODULE"):
        importlib.import_module("django").setup()
    module, _, name = target.partition(":")
    try:
        found = importlib.import_module(module)
    except ImportError as error:
        raise Problem(module + " can't be imported: " + str(error))
    for part in name.split("."):
        found = getattr(found, part, None)
    if not isinstance(found, type) or not issubclass(found, Server):
        raise Problem(target + " is no PySOA server class")
    return found


def described(server_class):
    """PySOA's answer, the service's name and the names of its switches."""
    from pysoa.server.action.introspection import IntrospectionAction
    from pysoa.server.types import EnrichedActionRequest

    # What the answer is made of are the classes; a server that is set up would want its settings and its Redis.
    server = server_class.__new__(server_class)
    server.settings = {}
    answer = dict(IntrospectionAction(server).run(EnrichedActionRequest(action="introspect", body={})))
    answer["service"] = server_class.service_name
    answer["switches"] = dict(switches(server_class))
    return answer


def switches(server_class):
    """The number and name of each switch that is a member of an enum, or a constant in the module that uses it."""
    from pysoa.server.action.switched import SwitchedAction
    from pysoa.server.internal.types import get_switch

    for action in server_class.action_class_map.values():
        if isinstance(action, type) and issubclass(action, SwitchedAction):
            constants = vars(sys.modules[action.__module__])
            for switch, _ in action.switch_to_action_map:
                if switch == SwitchedAction.DEFAULT_ACTION:
                    continue
                names = [name for name in constants if name.isupper() and same(constants[name], switch)]
                name = getattr(switch, "name", names[0] if len(names) == 1 else None)
                if name:
                    yield str(get_switch(switch)), str(name)


def same(constant, switch):
    """Whether a constant of a module is a switch (small numbers are one object wherever they stand)."""
    return constant is switch and not isinstance(constant, bool)


def plain(value):
    """A value for JSON; a map whose keys are not all texts becomes a list of pairs."""
    if isinstance(value, dict):
        pairs = [[plain(key), plain(value[key])] for key in value]
        return dict(pairs) if all(isinstance(key, type("")) for key, _ in pairs) else pairs
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, float, type(""))):
        return value
    return str(value)


if __name__ == "__main__":
    main(sys.argv[1])
