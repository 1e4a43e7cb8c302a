"""The firewall's part of the requirements page: which connections must pass, written down for each consumer.

`rules.rules_of` decides; every other module writes the same rules in one language. All of them can be applied twice
with the effect of once, and say how they are undone.
"""
