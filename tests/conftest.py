"""What holds for all tests."""

import os

from hypothesis import settings

# How long an example takes says how busy the machine is. And the same examples each time, so that what fails is what
# was changed; HYPOTHESIS_PROFILE=explore looks for others.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
