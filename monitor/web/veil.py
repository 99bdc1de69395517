"""What a reader may see of a page's data: one boundary for HTML, JSON and CSV, through `monitor.protection`.

In      the data of a page, the names of the persons on it, a `Policy`
Out     the same with every text masked that is not known to be harmless
Fails   closed: a field passes as it stands only if its name is in `OPEN`; a field added later is masked until listed
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.alerts.load import clearances
from monitor.exports.boundary import names_beside
from monitor.protection import Policy, case_reference, mask, safe_url, speak
from monitor.protection_text import lexicon
from pipelines.store.schema import ArticleRow

_OPEN = """
    id number count counted article articles_count story person figure published published_source modified first_seen
    updated created fetched_at since until at sent next_try outlet outlet_name outlets ownership country language
    languages reading outcome outcomes historical revision flags machine_reading role roles status statuses
    nationality nationalities mentions confidence low high bound of kind side negated field start end
    value precision rule rules rate level score grade state verdict health last_success last_article feeds attempts
    code content_hash enabled version facets draft_languages share tags cluster page pages shown upto first last by
    heartbeat started_at finished_at exit_code links_waiting events_unplanned mails matched role_of pseudonym
    evidence_sha256 evidence_warc next looked_at independent_texts first_outlet outlets_count
    tag precision judged confirmed rejected open newest days matches_count label reviewed_by reviewed_at target assigned
    """
OPEN = frozenset(_OPEN.split())
"""Fields of numbers, times, codes and words of the house: they name nobody."""
NAMES = frozenset({"name", "spelling"})
ADDRESSES = frozenset({"url", "canonical_url"})
WATCHES = frozenset({"watch", "watches", "watch_id"})
WITHHELD = "(withheld: it may name a protected person)"
DROPPED = frozenset(
    {"authors", "url_key", "marks", "spans", "aliases", "attributes", "similar", "history", "notes", "decisions"}
)
"""Fields whose sense is lost once the text is masked, or that are names throughout."""


@dataclass(frozen=True, slots=True)
class Veil:
    """What one reader may see. `names`: every name the machine found in what is shown."""

    policy: Policy
    names: tuple[str, ...] = ()
    ordinary: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def lifted(self) -> bool:
        """Whether everything passes as it stands."""
        return self.policy.names_cleared and not self.policy.suppressed

    def over(self, data: Any, name: str = "") -> Any:
        """The data as this reader may see it; `name` is the field it stands in."""
        if self.lifted or data is None or isinstance(data, (bool, int, float)):
            return data
        if isinstance(data, Mapping):
            return self._mapping(data, name)
        if isinstance(data, (list, tuple)):
            return [self.over(one, name) for one in data]
        return self._text(data, name) if isinstance(data, str) else data

    def _mapping(self, data: Mapping[Any, Any], name: str) -> dict[Any, Any]:
        if name in WATCHES or "watch" in data:
            data = {self.watch(key) if name in WATCHES else key: value for key, value in data.items()}
        dropped = () if self.policy.names_cleared else DROPPED
        return {key: self.over(value, str(key)) for key, value in data.items() if key not in dropped}

    def _text(self, text: str, name: str) -> str:
        if name in NAMES:
            return text if self.policy.may_name(text) else mask(text, self.policy)
        if name in WATCHES:
            return self.watch(text)
        if name in ADDRESSES:
            return safe_url(text, "", self.names, self.policy, self.ordinary)
        if name in OPEN:
            return text
        spoken = speak(text, self.names, self.policy, self.ordinary)
        return spoken.text if spoken.usable else WITHHELD

    def watch(self, watch_id: str) -> str:
        """A watch for a person is called by a reference: its number may stand in a list of names elsewhere."""
        if self.policy.names_cleared or not watch_id.startswith("person:"):
            return watch_id
        return case_reference(watch_id, self.policy.secret)


def policy_of(session: Session, secret: bytes, *, named: bool) -> Policy:
    """The policy of a reader: a researcher sees names, nobody sees a suppressed one."""
    cleared, suppressed = clearances(session)
    return Policy(names_cleared=named, secret=secret, cleared=cleared, suppressed=suppressed)


def veil_of(session: Session, policy: Policy, article_ids: Iterable[int]) -> Veil:
    """The veil over a page about these articles."""
    veil = Veil(policy)
    ids = sorted(set(article_ids))
    if veil.lifted or not ids:
        return veil
    # rejected and corrected readings too: what the machine once took for a name may still stand in the texts
    names = tuple(dict.fromkeys(name for found in names_beside(session, ids).values() for name in found))
    ordinary: set[str] = set()
    for part in (ids[at : at + 500] for at in range(0, len(ids), 500)):
        ordinary |= _ordinary(session.scalars(select(ArticleRow.body).where(ArticleRow.id.in_(part[:20]))).all())
    return Veil(policy, names, frozenset(ordinary))


def _ordinary(bodies: Sequence[str]) -> set[str]:
    return set(lexicon(body[:6000] for body in bodies).ordinary)
