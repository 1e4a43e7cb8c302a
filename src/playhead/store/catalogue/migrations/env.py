"""Run by alembic for every command: migrates the connection that `playhead.store.catalogue.migrate` hands over."""

from alembic import context

from playhead.store.catalogue.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite alters a table by copying it, and can undo it all in one transaction, which alembic does not presume.
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
