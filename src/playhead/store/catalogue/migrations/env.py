"""Run by alembic for every command: migrates the connection that `playhead.store.catalogue.migrate` hands over."""

from alembic import context

from playhead.store.catalogue.postgres import sort_by_code_point
from playhead.store.catalogue.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    # SQLite alters a table by copying it, and can undo it all in one transaction, which alembic does not presume.
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
if connection.dialect.name == "postgresql":
    sort_by_code_point(connection)
