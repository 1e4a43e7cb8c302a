"""The program on the agent's PC: capture, encode, seal, spool, ship."""
