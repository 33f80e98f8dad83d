"""The meaning of a call, without I/O: written once, as coroutines over the protocols of `core.transport`.

A blocking end steps the same coroutines over a transport that never suspends (`core.stepping`).
"""
