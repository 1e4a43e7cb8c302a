"""Sockets and TLS: one loop that drives every protocol core over every stream."""
