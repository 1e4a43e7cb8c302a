"""The requirements page as code: the port registry that every listener takes its port from."""
