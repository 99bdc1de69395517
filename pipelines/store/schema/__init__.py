"""The tables, typed: importing this package registers every one of them on `Base.metadata`.

Times   `…_at` are UTC instants, `…_on` dates; both are told apart by their column type
Derived rows (figures, counts, dates, matches) carry the `analysis_version` that made them
Text    never has a length limit: outlets write what they like
"""

from pipelines.store.schema.alerts import AlertEventRow, DeliveryRow, OutboxRow, StopRow, ToldFactRow
from pipelines.store.schema.articles import (
    ArticleRow,
    ArticleUrlRow,
    BinRow,
    ClusterRow,
    EvidenceRow,
    ExcerptRow,
    RevisionRow,
    SearchDocRow,
    SignatureRow,
    StoryRow,
    UrlMergeRow,
)
from pipelines.store.schema.base import WITH_REJECTED, Base, UtcDateTime
from pipelines.store.schema.crawl import (
    FeedStateRow,
    FetchStateRow,
    FrontierRow,
    LeaseRow,
    OutletRow,
    OutletRunRow,
    RunRow,
)
from pipelines.store.schema.derived import (
    DateMentionRow,
    FigureMentionRow,
    FigureRow,
    MatchRow,
    NameIndexRow,
    NameIndexStateRow,
    PersonRow,
    ReportedCountRow,
    SuggestionRow,
)
from pipelines.store.schema.people import AuditRow, ClearanceRow, ReviewRow, SavedSearchRow, WatchRow

__all__ = [
    "WITH_REJECTED",
    "AlertEventRow",
    "ArticleRow",
    "ArticleUrlRow",
    "AuditRow",
    "Base",
    "BinRow",
    "ClearanceRow",
    "ClusterRow",
    "DateMentionRow",
    "DeliveryRow",
    "EvidenceRow",
    "ExcerptRow",
    "FeedStateRow",
    "FetchStateRow",
    "FigureMentionRow",
    "FigureRow",
    "FrontierRow",
    "LeaseRow",
    "MatchRow",
    "NameIndexRow",
    "NameIndexStateRow",
    "OutboxRow",
    "OutletRow",
    "OutletRunRow",
    "PersonRow",
    "ReportedCountRow",
    "ReviewRow",
    "RevisionRow",
    "RunRow",
    "SavedSearchRow",
    "SearchDocRow",
    "SignatureRow",
    "StopRow",
    "StoryRow",
    "SuggestionRow",
    "ToldFactRow",
    "UrlMergeRow",
    "UtcDateTime",
    "WatchRow",
]
