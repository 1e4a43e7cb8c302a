"""Simulated clock, loop, network, disk and desktop. May import everything; nothing shipped imports it."""
