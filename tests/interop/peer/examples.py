"""The calls of ``examples/from_pysoa/before``: ``python -m tests.interop.peer.examples CONFIG``, with CONFIG in JSON.

``hosts`` and ``db`` say where Redis is. Prints what came of each call, by its name.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pysoa.client.client import Client

from tests.interop.peer import settings

sys.path.append(str(Path(__file__).parents[3] / "examples" / "from_pysoa"))

from before.calls import CALLS, EXPANSIONS
from before.services import SERVERS


def main(config):
    results = {}
    for call in CALLS:
        services = {name: settings.client(config["hosts"], config["db"]) for name in SERVERS}
        client = Client(services, expansion_config=EXPANSIONS)
        results[call.__name__] = call(client)
    sys.stdout.write(json.dumps(results))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
