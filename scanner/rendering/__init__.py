"""Turn a report into something to read: text, JSON, HTML, Markdown, CSV."""
