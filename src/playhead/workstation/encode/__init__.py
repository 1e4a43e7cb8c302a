"""Encoders behind one interface: pixels in, coded pictures out."""
