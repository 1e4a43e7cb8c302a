#Requires -RunAsAdministrator
$ErrorActionPreference = 'Stop'

# screen recording: Recordings grow all day by small synced appends, and are encrypted: a scanner sees noise.
Add-MpPreference -ExclusionPath '/srv/play-head+1/premises/recordings/*/*/*/*.vid'

# logging: The log of every machine is held open and appended to all day; what is packed is scanned.
Add-MpPreference -ExclusionPath '/srv/play-head+1/premises/logs/*/*.log'

# catalogue: A database, its log and its index are held open; a scanner that locks one stops every recording.
Add-MpPreference -ExclusionPath '/srv/play-head+1/premises/catalogue.db*'

# premises server: What the server writes is not scanned as it is written. The program itself still is.
Add-MpPreference -ExclusionProcess '/opt/playhead/.venv/bin/python3'
