"""SQLAlchemy storage: tables, sessions, writer, frontier, full-text index."""
