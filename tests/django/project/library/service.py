"""The library's servers: blocking, and with asyncio."""

import asyncio
import os
import threading
import time
import uuid
from pathlib import Path
from types import MappingProxyType

from acme.sqlite.base import DatabaseWrapper
from acme_api.library import (
    AddBookResponse,
    AsyncLibraryServer,
    LibraryServer,
    Seen,
    SeeResponse,
    TitlesResponse,
)
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.cache import caches
from django.db import connection

from library.models import Book
from library.noting import NotingCache, notes, signals


def beside_database(suffix):
    return Path(settings.DATABASES["default"]["NAME"] + suffix)


def arrivals(company):
    """Pauses, in seconds, until so many have arrived, in whatever process."""
    if company > 1:
        folder = beside_database(".arrived")
        folder.mkdir(exist_ok=True)
        (folder / uuid.uuid4().hex).touch()
        while len(list(folder.iterdir())) < company:
            yield 0.01


def look(forked_with_connection):
    """What is here before anything is touched."""
    return Seen(
        process=os.getpid(),
        thread=threading.current_thread().name,
        forked_with_connection=forked_with_connection,
        closed_pools=DatabaseWrapper.closed_pools,
        connections=notes.connections,
        open_=connection.connection is not None,
        queries=len(connection.queries),
        cached=caches["request"].get("left"),
        closed_caches=NotingCache.closed,
        signals=list(signals),
    )


def use(leave):
    """Makes a query, and uses both caches."""
    Book.objects.count()
    caches["default"].get("anything")
    if leave is not None:
        caches["request"].set("left", leave)


def break_connection():
    """Has the connection fail as one does whose database went away."""
    Book.objects.count()
    connection.connection.close()
    Book.objects.count()


def age():
    """Has the connection outlive its time as soon as the job is over."""
    Book.objects.count()
    connection.close_at = time.monotonic() + 0.1


def leave_transaction():
    connection.set_autocommit(False)
    Book.objects.create(title="never committed")


def hold_thread():
    """Does what cannot be cancelled, with a connection, until the test lets it go."""
    Book.objects.count()
    until = time.monotonic() + 20
    while time.monotonic() < until and not beside_database(".let_go").exists():
        time.sleep(0.01)
    Book.objects.count()


SPOIL = {
    "age": age,
    "autocommit": leave_transaction,
    "connection": break_connection,
    "receiver": lambda: None,
    "thread": hold_thread,
}


class Life:
    """What both servers do apart from serving: each opens a connection where it easily goes wrong."""

    def __init__(self):
        self.forked_with_connection = False
        Book.objects.count()

    def before_fork(self):
        Book.objects.count()

    def after_fork(self):
        self.forked_with_connection = connection.connection is not None


class Library(Life, LibraryServer):
    def setup(self):
        use("of setup")

    def teardown(self):
        Book.objects.count()

    def add_book(self, request, ctx):
        return AddBookResponse(id_=Book.objects.create(title=request.title).pk)

    def titles(self, request, ctx):
        return TitlesResponse(titles=list(Book.objects.order_by("title").values_list("title", flat=True)))

    def see(self, request, ctx):
        for pause in arrivals(request.company):
            time.sleep(pause)
        seen = look(self.forked_with_connection)
        use(request.leave)
        return SeeResponse(seen=seen)

    def spoil(self, request, ctx):
        SPOIL[request.how]()


class AsyncLibrary(Life, AsyncLibraryServer):
    async def setup(self):
        await sync_to_async(use)("of setup")

    async def teardown(self):
        await Book.objects.acount()

    async def add_book(self, request, ctx):
        book = await Book.objects.acreate(title=request.title)
        return AddBookResponse(id_=book.pk)

    async def titles(self, request, ctx):
        return TitlesResponse(titles=[book.title async for book in Book.objects.order_by("title")])

    async def see(self, request, ctx):
        for pause in arrivals(request.company):
            await asyncio.sleep(pause)
        seen = await sync_to_async(look)(self.forked_with_connection)
        await sync_to_async(use)(request.leave)
        return SeeResponse(seen=seen)

    async def spoil(self, request, ctx):
        await sync_to_async(SPOIL[request.how])()


class Impatient(AsyncLibrary):
    time_limits = MappingProxyType({"spoil": 0.1})
