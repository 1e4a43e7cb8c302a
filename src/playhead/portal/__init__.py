"""The web application: sign-in, library, pages."""
