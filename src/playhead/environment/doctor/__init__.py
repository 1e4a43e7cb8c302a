"""Checks what a machine and its network need to be, and explains each fault: what it means and what mends it.

`findings` says what a result is, `table` has all that there are, `codes` makes them, `runner` runs the checks at once;
``checks/`` has one module a subject. `playhead.workstation.doctor` and `playhead.cli.premises_doctor` say what a role
looks at.
"""
