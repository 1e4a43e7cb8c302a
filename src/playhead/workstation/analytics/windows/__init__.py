"""A Windows desktop. `system` alone calls the operating system; what is decided from its answers is in `desktop`."""
