"""Both kinds of worker and both kinds of client on one queue, for a while: no call may tell the difference."""
