"""Run by Django's own test runner: a server in one process takes part in the transaction of its test."""

from acme_api.library import AsyncLibraryClient, LibraryClient
from asgiref.sync import sync_to_async
from django.db import connection
from django.test import TestCase, TransactionTestCase
from soagen_runtime import LocalTransport
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
