"""The screen-recording protocol of port 5633 (docs/wire/screen.md)."""
