"""Finding article links: pure parsers, bytes in, listings out."""
