"""The $name service. What is in `api` is generated from `schemas`."""
