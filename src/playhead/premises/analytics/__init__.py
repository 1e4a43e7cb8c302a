"""Desktop analytics at the premises: takes what workstations tell of their desktops, keeps it, and acts on triggers."""
