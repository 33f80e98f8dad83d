"""Settings with a mistake in what is soagen's."""

from acme.settings import *  # noqa: F403  # as settings of Django are derived from each other

SOAGEN = {"server": {"workrs": 2}}
