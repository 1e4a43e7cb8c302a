"""Desktop analytics: what somebody worked with, as it is told, kept private, and acted on."""
