"""The same services and callers, with what soagen makes of their contracts."""
