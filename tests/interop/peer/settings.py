"""PySOA's settings for the Redis of a test."""

from __future__ import annotations


def transport(role, hosts, db, **kwargs):
    """The ``transport`` setting of a client or a server; ``kwargs`` go to PySOA's transport as they are."""
    return {
        "path": f"pysoa.common.transport.redis_gateway.{role}:Redis{role.capitalize()}Transport",
        "kwargs": {
            "backend_type": "redis.standard",
            "backend_layer_kwargs": {"hosts": [tuple(host) for host in hosts], "redis_db": db},
            **kwargs,
        },
    }


def client(hosts, db, **kwargs):
    """The settings of a client, for one service."""
    return {"transport": transport("client", hosts, db, **kwargs)}
