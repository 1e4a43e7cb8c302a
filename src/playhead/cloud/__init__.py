"""The cloud: what all tenants' sites have in common (docs/services/cloud.md).

`links` accepts the sites' links on port 2010.
"""
