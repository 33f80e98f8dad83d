"""SQLite with what databases over a network have: a check whether a connection is still of use, and pools."""

from django.db import Error
from django.db.backends.sqlite3.base import DatabaseWrapper as Sqlite


class DatabaseWrapper(Sqlite):
    closed_pools = 0

    def close_pool(self):
        DatabaseWrapper.closed_pools += 1

    def is_usable(self):
        try:
            with self.wrap_database_errors:
                self.connection.execute("SELECT 1")
        except Error:
            return False
        return True
