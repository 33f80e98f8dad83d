"""The lab as ``soagen-server`` loads it: `Blocking` and `Asyncio`. `GENERATED` names the folder of generated code."""

from __future__ import annotations

import os
from pathlib import Path

from tests.interop.generated import imported
from tests.interop.soagen_services import LabLogic, lab_class
from tests.interop.soak.stage import GENERATED

_api = imported(Path(os.environ[GENERATED]))
Blocking = lab_class(_api, "blocking", LabLogic(_api))
Asyncio = lab_class(_api, "asyncio", LabLogic(_api))
