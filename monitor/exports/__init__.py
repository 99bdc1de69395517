"""Exports: what the monitor knows as files, streamed, through the boundary of protection.

In      an open read-only session, a dataset, a form, a `Policy` (from `policy_of`), a `Filter`
Out     pieces of bytes as they are made, or a folder with data, codebook, coverage and `datapackage.json`
Forms   csv and jsonl of every dataset; ftm of articles, persons and counts; atom of articles and matches; sqlite
"""

from monitor.exports.boundary import Boundary, policy_of
from monitor.exports.codebook import DATASETS, as_markdown, datasets
from monitor.exports.package import write_file, write_folder
from monitor.exports.stream import FORMS, ExportError, note_export, rows, stream

__all__ = [
    "DATASETS",
    "FORMS",
    "Boundary",
    "ExportError",
    "as_markdown",
    "datasets",
    "note_export",
    "policy_of",
    "rows",
    "stream",
    "write_file",
    "write_folder",
]
