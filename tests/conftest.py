"""What holds for all tests."""

import os
import signal

from hypothesis import settings

# How long an example takes says how busy the machine is. And the same examples each time, so that what fails is what
# was changed; HYPOTHESIS_PROFILE=explore looks for others.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# A shell has its background jobs ignore Ctrl-C, and so would every program that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
