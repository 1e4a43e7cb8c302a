"""The words of the glossary as frozen values, and pure decisions about them. No IO, clock, randomness or logging."""
