"""What everything stands on: clock, ids, errors, configuration, log set-up. Imports nothing else of Playhead."""
