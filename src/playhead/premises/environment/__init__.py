"""The environment of the site as the server knows it: its own doctor, those of the workstations, who reaches what.

`docs/services/environment.md` is its page.
"""
