"""A server whose module sets Django up itself."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "acme.settings")
django.setup()

from library.service import AsyncLibrary, Library  # noqa: E402, F401  # models need a Django that is set up
