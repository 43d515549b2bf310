"""Measurements: programs to be run one by one, and what they share."""
