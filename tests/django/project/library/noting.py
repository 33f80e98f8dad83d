"""Takes note of what Django does in this process."""

import threading

from django.core.cache.backends.locmem import LocMemCache
from django.core.signals import request_finished, request_started
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from soagen_runtime.middleware import JobRequest


class Notes(threading.local):
    """Of each thread."""

    connections = 0


notes = Notes()
signals = []


class NotingCache(LocMemCache):
    closed = 0

    def close(self, **kwargs):
        NotingCache.closed += 1


@receiver(connection_created)
def count(**kwargs):
    notes.connections += 1


@receiver(request_started, sender=JobRequest)
def started(job, **kwargs):
    signals.append(f"started {job.service}.{job.actions[0].action}")
    if job.actions[0].body.get("how") == "receiver":
        raise LookupError("a receiver that fails")


@receiver(request_finished, sender=JobRequest)
def finished(**kwargs):
    signals.append("finished")
