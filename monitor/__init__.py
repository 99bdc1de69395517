"""The application: outlets, watches, spiders, alerts, query and command line."""
__version__ = "0.1.0"
