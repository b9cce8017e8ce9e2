"""Where the server keeps what it knows: SQLite in one file, or PostgreSQL."""
