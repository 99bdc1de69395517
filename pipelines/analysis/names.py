"""Names of persons across spellings, scripts and cases: may two of them be one person?

In      names as news writes them, in Latin, Cyrillic, Chinese, Arabic, Korean or Devanagari letters
Out     `compare`: score, grade and the reason; `keys`: what names that may be one share; `part_keys`: what one part is
        found by; `profile`: a name taken apart; `forms`: spellings to search; `Caseload`: many watched persons, found
        in a text in one pass
Limits  equal names are not equal persons: what is found here is suggested, never merged
Raises  nothing
"""

from __future__ import annotations

from pipelines.analysis.names_caseload import Caseload, PersonHit
from pipelines.analysis.names_compare import Grade, NameScore, compare
from pipelines.analysis.names_forms import forms
from pipelines.analysis.names_keys import keys, part_keys
from pipelines.analysis.names_parts import profile
from pipelines.analysis.names_watch import person_matches
from pipelines.analysis.office_holders import office_holder
from pipelines.records import WatchedPerson

__all__ = [
    "Caseload",
    "Grade",
    "NameScore",
    "PersonHit",
    "WatchedPerson",
    "compare",
    "forms",
    "keys",
    "office_holder",
    "part_keys",
    "person_matches",
    "profile",
]
