"""Settings with something else where soagen's belong."""

from acme.settings import *  # noqa: F403  # as settings of Django are derived from each other

SOAGEN = "workers"
