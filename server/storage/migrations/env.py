"""What alembic runs to migrate: on the connection, and in the transaction, that migrate.py has opened."""

from alembic import context

from consentinel.server.storage.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
