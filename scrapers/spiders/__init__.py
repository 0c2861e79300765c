"""Spiders: where to go, one module per platform."""
