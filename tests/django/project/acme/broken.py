"""Settings with a mistake."""

INSTALLED_APPS = "library"
