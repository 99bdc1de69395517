"""Watch rules: a small language for people, compiled once, run in one pass."""
