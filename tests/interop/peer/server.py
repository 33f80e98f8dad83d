"""A PySOA server: ``python -m tests.interop.peer.server CONFIG``, with CONFIG in JSON.

``service`` is one of `tests.interop.peer.services`; ``hosts`` and ``db`` say where Redis is; ``calls`` lists the
services that it may call; what stands under ``transport`` goes to PySOA's transport. It writes a line when it is about
to serve.
"""

from __future__ import annotations

import json
import sys

from pysoa.common.serializer.json_serializer import JSONSerializer  # noqa: F401 - what is imported, PySOA can answer in

from tests.interop.peer import settings
from tests.interop.peer.services import SERVERS

_QUIET = {
    "version": 1,
    "disable_existing_loggers": False,
    "root": {"handlers": [], "level": "CRITICAL"},
}


def main(config):
    hosts, db = config["hosts"], config["db"]
    server_class = SERVERS[config["service"]]
    server_settings = server_class.settings_class(
        {
            "transport": settings.transport("server", hosts, db, **config["transport"]),
            "client_routing": {name: settings.client(hosts, db) for name in config["calls"]},
            "logging": _QUIET,
        }
    )
    server = server_class(server_settings)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.run()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
