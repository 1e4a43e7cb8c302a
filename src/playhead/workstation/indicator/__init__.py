"""What the agent has of the recorder: a hotkey for blackouts, and an indicator that says honestly what is going on."""
