"""The checks: each looks at one subject with what it is given, and answers with findings."""
