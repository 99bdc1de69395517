"""Pure domain code: text in, records out; no framework, no clock, no files of its own but packaged data."""
