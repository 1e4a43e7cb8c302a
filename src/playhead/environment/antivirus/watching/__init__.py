"""Watches folders on Linux, and says what was seen of each file.

`inotify` says what comes, changes and goes, `fanotify` and `processes` who writes it, `folders` what may hide there;
`watcher` puts it together as `sightings`.
"""
