"""The sealed-record file format (docs/wire/vid.md)."""
