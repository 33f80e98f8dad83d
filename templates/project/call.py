"""Calls the service: over Redis if a URL is given (redis://localhost:6379/0), else within this process."""

from __future__ import annotations

import sys

from soagen_runtime import LocalTransport

from $name.api.$name import ${class}Client, Language, NotWelcome
from $name.service import $class

broker = sys.argv[1] if len(sys.argv) > 1 else LocalTransport($class())

with ${class}Client(broker) as $name:
    print($name.greet(name="world").text)
    print($name.greet(name="Jean", language=Language.FRENCH).text)
    try:
        $name.greet(name="Voldemort")
    except NotWelcome as error:
        print(f"refused: {error.message}")
