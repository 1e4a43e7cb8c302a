"""How the catalogue's schema came to be, one numbered step after the other."""
