"""The platforms' order interfaces, spoken over the simulated market."""
