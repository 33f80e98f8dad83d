"""SQLite that can tell whether a connection is still of use, as databases over a network can."""

from django.db import Error
from django.db.backends.sqlite3.base import DatabaseWrapper as Sqlite


class DatabaseWrapper(Sqlite):
    def is_usable(self):
        try:
            with self.wrap_database_errors:
                self.connection.execute("SELECT 1")
        except Error:
            return False
        return True
