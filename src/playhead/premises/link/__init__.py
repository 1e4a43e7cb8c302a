"""The link to the cloud on port 2010, seen from the premises (docs/services/link.md)."""
