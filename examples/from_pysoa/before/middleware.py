"""What PySOA's README does in middleware: tokens, timing, and errors for Sentry."""

from __future__ import annotations

import time

from conformity import fields
from pysoa.client.middleware import ClientMiddleware
from pysoa.common.errors import Error
from pysoa.server.errors import ActionError, JobError
from pysoa.server.middleware import ServerMiddleware

TOKENS = {"let me in"}
times = []
reported = []


class AuthMiddleware(ServerMiddleware):
    def job(self, process_job):
        def handler(request):
            if request.context.get("auth_token") not in TOKENS:
                raise JobError(
                    errors=[Error(code="NOT_AUTHORIZED", message="Who are you?", field="context.auth_token")]
                )
            return process_job(request)

        return handler


class TimingMiddleware(ServerMiddleware):
    def action(self, process_action):
        def handler(request):
            start = time.perf_counter()
            try:
                return process_action(request)
            finally:
                times.append((request.action, time.perf_counter() - start))

        return handler


class ReportingMiddleware(ServerMiddleware):
    def action(self, process_action):
        def handler(request):
            try:
                return process_action(request)
            except ActionError:
                raise  # what the caller is told is no fault of ours
            except Exception as error:
                reported.append(error)
                raise

        return handler


@fields.ClassConfigurationSchema.provider(fields.Dictionary({"auth_token": fields.UnicodeString()}))
class TokenMiddleware(ClientMiddleware):
    def __init__(self, auth_token):
        self.auth_token = auth_token

    def request(self, send_request):
        def handler(request_id, meta, request, message_expiry_in_seconds):
            request.context["auth_token"] = self.auth_token
            return send_request(request_id, meta, request, message_expiry_in_seconds)

        return handler
