"""Settings of PySOA: ``python -m example.standalone -s before.settings``."""

from __future__ import annotations

SOA_SERVER_SETTINGS = {
    "transport": {
        "path": "pysoa.common.transport.redis_gateway.server:RedisServerTransport",
        "kwargs": {
            "backend_type": "redis.standard",
            "backend_layer_kwargs": {"hosts": [("localhost", 6379)], "redis_db": 0},
            "maximum_message_size_in_bytes": 1_000_000,
            "chunk_messages_larger_than_bytes": 110_000,
        },
    },
    "harakiri": {"timeout": 10, "shutdown_grace": 30},
    "heartbeat_file": "/tmp/example-{{pid}}",
    "request_log_success_level": "INFO",
    "extra_fields_to_redact": {"iban"},
    "logging": {
        "version": 1,
        "filters": {"pysoa": {"()": "pysoa.common.logging.PySOALogContextFilter"}},
        "formatters": {"console": {"format": "%(levelname)s %(correlation_id)s %(service_name)s: %(message)s"}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "console", "filters": ["pysoa"]},
        },
        "root": {"handlers": ["console"], "level": "INFO"},
    },
}

SOA_CLIENT_SETTINGS = {
    "example": {
        "transport": {
            "path": "pysoa.common.transport.redis_gateway.client:RedisClientTransport",
            "kwargs": {
                "backend_type": "redis.standard",
                "backend_layer_kwargs": {"hosts": [("localhost", 6379)], "redis_db": 0},
                "receive_timeout_in_seconds": 2,
            },
        },
    },
}
