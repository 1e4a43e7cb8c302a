"""Capture sources behind one contract."""
