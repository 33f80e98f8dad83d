"""Run by Django's own test runner: a server in one process takes part in the transaction of its test."""

import asyncio
import threading

from acme_api.library import AsyncLibraryClient, LibraryClient
from asgiref.sync import sync_to_async
from django.core.cache import caches
from django.db import connection
from django.test import TestCase, TransactionTestCase
from soagen_runtime import LocalTransport
from soagen_runtime.django.jobs import JobThreads
from soagen_runtime.middleware import ActionRequest, JobRequest
from soagen_runtime.testing import serve, serve_async

from library.models import Book
from library.noting import signals
from library.service import AsyncLibrary, Library


class InATransaction(TestCase):
    @classmethod
    def setUpTestData(cls):
        Book.objects.create(title="Alice")

    def test_blocking(self):
        self.takes_part("Emma")

    def test_blocking_again(self):
        self.takes_part("Emma")  # which the other test has undone

    def takes_part(self, title):
        before = connection.connection
        with serve(LibraryClient, Library()) as library:
            library.add_book(title=title)
            assert library.titles().titles == ["Alice", title]
        assert connection.connection is before
        assert Book.objects.filter(title=title).exists()

    async def test_asyncio(self):
        before = await sync_to_async(lambda: connection.connection)()
        async with serve_async(AsyncLibraryClient, await sync_to_async(AsyncLibrary)()) as library:
            await library.add_book(title="Emma")
            assert (await library.titles()).titles == ["Alice", "Emma"]
        assert await sync_to_async(lambda: connection.connection)() is before
        assert await Book.objects.filter(title="Emma").aexists()

    def test_queries_are_counted(self):
        library = LibraryClient(LocalTransport(Library()))
        with self.assertNumQueries(2):
            library.titles()
            library.titles()

    def test_signals_are_up_to_who_serves(self):
        before = list(signals)
        LibraryClient(LocalTransport(Library())).titles()
        assert signals == before


class WithoutTransaction(TransactionTestCase):
    def test_blocking(self):
        library = LibraryClient(LocalTransport(Library()))
        library.add_book(title="Emma")
        assert library.titles().titles == ["Emma"]

    async def test_jobs_of_a_loop_share_neither_cache_nor_thread(self):
        caches["request"].set("left", "before they began")
        met = asyncio.Barrier(2)

        async def handle(job):
            before = caches["request"].get("left")
            caches["request"].set("left", job.service)
            await met.wait()
            thread = await sync_to_async(threading.get_ident)()
            return before, caches["request"].get("left"), thread

        threads = JobThreads()
        jobs = [JobRequest(service=name, control={}, context={}, actions=[ActionRequest("x", {})]) for name in "ab"]
        first, second = await asyncio.gather(*(threads.request_signals(job, handle) for job in jobs))
        await threads.end()
        assert (first[:2], second[:2]) == ((None, "a"), (None, "b"))
        assert len({first[2], second[2], threading.get_ident()}) == 3
