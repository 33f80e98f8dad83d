"""The services and callers of PySOA's documentation, written for PySOA 1.4.9, which must be there to run them."""
