"""The antivirus part of the requirements page: what a scanner should leave alone, as narrow as it can be, and why.

`exclusions` decides from the configuration; the other modules write the same for one product each.
"""
