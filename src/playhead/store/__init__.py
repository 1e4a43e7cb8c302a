"""Files, SQL and keys: where bytes become durable."""
