#Requires -RunAsAdministrator
$ErrorActionPreference = 'Stop'

# screen recording: Recordings grow all day by small synced appends, and are encrypted: a scanner sees noise.
Add-MpPreference -ExclusionPath '/srv/play-head+1/premises/recordings/*/*/*/*.vid'

# catalogue: A database, its log and its index are held open; a scanner that locks one stops every recording.
Add-MpPreference -ExclusionPath '/srv/play-head+1/premises/catalogue.db*'

# premises server: What the server writes is not scanned as it is written. The program itself still is.
Add-MpPreference -ExclusionProcess '/opt/playhead/.venv/bin/python3'
