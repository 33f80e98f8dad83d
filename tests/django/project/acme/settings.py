"""A small project; what differs from test to test comes from the environment."""

import os

SECRET_KEY = "for tests"
DEBUG = True  # the log of queries is only kept then
USE_TZ = True
INSTALLED_APPS = ["library"]
LOGGING = {"version": 1, "loggers": {"django": {}}}  # disables all other loggers that are there
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "acme.sqlite",
        "NAME": os.environ["ACME_DATABASE"],
        "CONN_MAX_AGE": int(os.environ.get("ACME_CONN_MAX_AGE", "0")),
        "TEST": {"NAME": os.environ["ACME_DATABASE"] + ".test"},  # a file: threads share what is in memory
    }
}
SOAGEN = {"server": {"max_requests": 5000}}
CACHES = {
    "default": {"BACKEND": "library.noting.NotingCache"},
    "request": {"BACKEND": "soagen_runtime.django.RequestCache"},
}
