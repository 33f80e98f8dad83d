"""Calls under a seeded monkey: what is promised, and whether it was kept.

``python -m tests.delivery.chaos --seconds 30 --seed 1`` runs two services' worth of workers, several clients of each
kind and a monkey over a Redis of its own, and prints a table. ``--unsafe`` does the same with workers that take
requests with BLPOP, which loses some: the run can fail.
"""
