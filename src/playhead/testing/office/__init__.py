"""The whole in one process, from one seed: workstations and a premises with everything that may befall them.

The services are the real ones, with the real catalogue, segment store, spool, capture thread and protocol. Simulated is
what they stand on: time, network, disks, SQLite's durability and the desktop. ``play.py`` is where to look first;
docs/simulation.md tells what is promised and how a failure is replayed.
"""
