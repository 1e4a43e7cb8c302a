"""The customer site's server: one module per service, one port per service."""
