"""Review: what a person decides about what the machine read. A verdict wins, and survives that the machine reads anew.

In      an open session; who decides, and the instant, are handed in
Out     rows of `review` (each with its audit), the judged readings changed with them; dictionaries ready for JSON
Words   a target is `match:3`, `figure:12`, `count:7`, `date:9`, `article:5` or `story:2`; a field is one value of it
Raises  ReviewError: an unknown target, a field it does not have, a value that cannot be
"""

from monitor.labels import MACHINE, fields_reviewed, is_machine, label
from monitor.review.decide import decide
from monitor.review.notes import annotate, folders, history, notes_of
from monitor.review.precision import precision
from monitor.review.queue import KINDS, item, queue
from monitor.review.target import ReviewError, Target, parse

__all__ = [
    "KINDS",
    "MACHINE",
    "ReviewError",
    "Target",
    "annotate",
    "decide",
    "fields_reviewed",
    "folders",
    "history",
    "is_machine",
    "item",
    "label",
    "notes_of",
    "parse",
    "precision",
    "queue",
]
