#Requires -RunAsAdministrator
$ErrorActionPreference = 'Stop'

# screen recording: The screen recording server.
# WARNING: By name alone, any program that calls itself so is excluded. Use the full path of the installed one.
Add-MpPreference -ExclusionProcess 'cc_screencapserver.exe'

# screen recording: Recordings that are being written.
# WARNING: An extension in every folder hides whatever is given that name. Use C:\temp\*.vid.
Add-MpPreference -ExclusionExtension 'vid'

# screen recording: Where recordings are collected before they are moved (its default).
# WARNING: Every user may write there, so anything can hide there. Move the recordings to a folder that only the service may write to, and exclude *.vid in that one.
Add-MpPreference -ExclusionPath 'C:\temp'

# logging: The logging server.
# WARNING: By name alone, any program that calls itself so is excluded. Use the full path of the installed one.
Add-MpPreference -ExclusionProcess 'cc_loggerservice.exe'

# logging: Logs that are being written.
# WARNING: An extension in every folder hides whatever is given that name. Use C:\Program Files\CallCopy\Logs\*.log.
Add-MpPreference -ExclusionExtension 'log'

# logging: Where the logs lie (its default).
Add-MpPreference -ExclusionPath 'C:\Program Files\CallCopy\Logs'
