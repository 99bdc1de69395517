"""The bytes of a match, kept."""
