"""We and our peers, side by side: ``python -m benchmarks.bench`` (`make bench`)."""
