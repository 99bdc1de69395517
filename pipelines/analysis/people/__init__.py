"""Persons: who is named in a text, in which role, and what befell them."""
