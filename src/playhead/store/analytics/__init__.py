"""Desktop events: appended in groups, packed into columns by day, and counted.

`writer` takes them in, `compaction` packs them into Parquet, `session` reads them by DuckDB, and `queries`, `moments`
and `within` answer what people ask. What is in the files, for whoever reads them with something else, is in
docs/services/desktop_analytics.md.
"""
