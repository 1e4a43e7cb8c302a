"""The command line: assembles roles from services and explains itself."""
