"""A bundled newsroom to try the whole monitor on."""
