"""The other side: PySOA's client and server, run by the interpreter of ``.venv-pysoa``, driven over stdin and stdout.

Nothing here is imported by the tests themselves, which have no PySOA. Of this repository it uses
`tests.notation` only.
"""
