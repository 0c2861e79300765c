"""Shops as a crawler meets them: pages and JSON over the simulated market."""
