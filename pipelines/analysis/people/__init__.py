"""Persons: who is named in a text, in which role, and what befell them.

In      title, lead and body of an article; its language (ISO 639-1)
Out     `Figure` tuple in order of first mention; spans are offsets into the field they name
Raises  nothing on any text; models load when their language first comes
"""

from pipelines.analysis.people.find import find_figures

__all__ = ["find_figures"]
