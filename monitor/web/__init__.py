"""`monitor serve`: the pages and the JSON API over the read functions. Text of outlets is never rendered as HTML."""
