"""Downloader middlewares: robots, address guard, pauses."""
