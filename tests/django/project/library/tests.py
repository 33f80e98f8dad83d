"""Run by Django's own test runner: a server in one process takes part in the transaction of its test."""

from acme_api.library import AsyncLibraryClient, LibraryClient
from django.db import connection, transaction
from django.test import TestCase, TransactionTestCase
from soagen_runtime import LocalTransport
from soagen_runtime.django import async_request_signals, request_signals

from library.models import Book
from library.noting import signals
from library.service import AsyncLibrary, Library


class Signalling(Library):
    job_middleware = (request_signals,)


class AsyncSignalling(AsyncLibrary):
    job_middleware = (async_request_signals,)


def server(kind):
    """A server; made outside an event loop."""
    return kind()


class InATransaction(TestCase):
    kinds = ((Library, AsyncLibrary), (Signalling, AsyncSignalling))

    @classmethod
    def setUpTestData(cls):
        Book.objects.create(title="Alice")

    def test_blocking(self):
        for kind, _ in self.kinds:
            for attempt in range(2):
                with self.subTest(kind=kind, attempt=attempt), transaction.atomic():
                    library = LibraryClient(LocalTransport(kind()))
                    before = connection.connection
                    library.add_book(title="Emma")
                    assert library.titles().titles == ["Alice", "Emma"]
                    assert connection.connection is before
                    assert Book.objects.filter(title="Emma").exists()
                    transaction.set_rollback(True)
                assert Book.objects.count() == 1

    async def test_asyncio(self):
        for _, kind in self.kinds:
            with self.subTest(kind=kind):
                from asgiref.sync import sync_to_async

                made = await sync_to_async(kind)()
                async with AsyncLibraryClient(LocalTransport(made)) as library:
                    title = f"By {kind.__name__}"
                    await library.add_book(title=title)
                    assert (await library.titles()).titles == ["Alice", title]
                    await Book.objects.filter(title=title).adelete()

    def test_queries_are_counted(self):
        for kind, _ in self.kinds:
            library = LibraryClient(LocalTransport(kind()))
            with self.assertNumQueries(2):
                library.titles()
                library.titles()

    def test_no_signals(self):
        before = list(signals)
        LibraryClient(LocalTransport(Signalling())).titles()
        assert signals == before


class WithoutTransaction(TransactionTestCase):
    def test_signals(self):
        library = LibraryClient(LocalTransport(Signalling()))
        signals.clear()
        library.add_book(title="Emma")
        assert signals == ["started library.add_book", "finished"]
        assert connection.connection is None
        assert library.titles().titles == ["Emma"]

    def test_queries_are_counted(self):
        library = LibraryClient(LocalTransport(Signalling()))
        with self.assertNumQueries(2):
            library.titles()
            library.titles()
