"""The table of views: every address, what may be asked there, and from which role on."""

from __future__ import annotations

from monitor.web import lists, reviewing, stories, views
from monitor.web.params import Param
from monitor.web.views import DAYS, OUTLETS, PAGING, REVIEWED, ROLE, STATUS, View

_MANY = Param("limit", "number", "Claims looked at", most=1000, default=200)
_NAME = Param("name", "text", "A name in any script")

_CLAIMS = (STATUS, *OUTLETS, *DAYS, REVIEWED, PAGING[0], _MANY)

VIEWS: tuple[View, ...] = (
    View("today", "/", stories.today, "Stories that moved today", stories.TODAY),
    View("search", "/search", views.search, "Search the articles, with facets", views.SEARCH),
    View("article", "/article/{key}", views.article, "One article with everything read in it", numbered=True),
    View("story", "/story/{key}", stories.story, "One story over outlets, languages and time", numbered=True),
    View("persons", "/persons", lists.figures, "Persons spoken of", (ROLE, STATUS, *OUTLETS, *DAYS, REVIEWED, *PAGING)),
    View("named", "/persons/search", lists.named, "Persons by name", (_NAME,), role="researcher", posted=True),
    View("figure", "/figure/{key}", lists.figure, "A person of one spelling over time", numbered=True),
    View("person", "/person/{key}", lists.person, "A joined person over time", numbered=True),
    View(
        "counts",
        "/counts",
        lists.counts,
        "Reported counts over time",
        (STATUS, *OUTLETS, *DAYS, REVIEWED, PAGING[0], _MANY),
    ),
    View("watches", "/watches", lists.watches, "What is watched"),
    View("watch", "/watch/{key}", lists.watch, "One watch with its matches", PAGING),
    View("outlets", "/outlets", lists.outlets, "Outlets and their health"),
    View("review", "/review", reviewing.queue, "What waits to be judged", reviewing.QUEUE, role="researcher"),
    View("reading", "/review/{key}", reviewing.item, "One reading and its history", role="researcher"),
    View("cite", "/cite/{key}", reviewing.cite, "A citation of an article or a reading"),
    View("searches", "/searches", reviewing.searches, "Saved searches", role="researcher"),
    View("audit", "/audit", reviewing.audit, "Who saw, exported and changed what", PAGING, role="administrator"),
    View("alerts", "/alerts", lists.alerts, "Every message's life", (_MANY,), role="researcher"),
)
