"""Benchmarks: each a figure of one run against a budget or a peer in the same run."""
