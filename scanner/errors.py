"""Everything that consentinel raises on purpose.

ConsentinelError
├── InputError          the user gave something that cannot be used (URL, option, file)
│   ├── CatalogueError  categories.yaml or an override file; the message starts with file:line
│   └── ReportError     a report file that cannot be read
├── BrowserError        no browser, or it could not be started or rendered nothing
├── SiteError           the start page could not be scanned (unreachable, challenge, login, error page)
├── PackError           a pack that cannot be fetched, read or kept
└── OutputError         a result could not be written

Each message is one line that says what is wrong and what to do; the command line prints it and exits 2.
"""

__all__ = [
    "BrowserError",
    "CatalogueError",
    "ConsentinelError",
    "InputError",
    "OutputError",
    "PackError",
    "ReportError",
    "SiteError",
]


class ConsentinelError(Exception):
    """Base of all errors with a message for the user."""


class InputError(ConsentinelError):
    """The user gave something that cannot be used."""


class CatalogueError(InputError):
    """The catalogue or an override file is wrong; the message starts with `file:line: `.

    problem: what is wrong and what to do, on one line.
    """

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(f"{file}:{line}: {problem}")
        self.file = file
        self.line = line
        self.problem = problem

    def __reduce__(self) -> tuple[type["CatalogueError"], tuple[str, int, str]]:
        """Tell pickle and copy what the error is made from; they would give it its message alone."""
        return type(self), (self.file, self.line, self.problem)


class ReportError(InputError):
    """A report file cannot be read."""


class BrowserError(ConsentinelError):
    """No browser was found, or it did not start or render."""


class SiteError(ConsentinelError):
    """The start page of a site could not be scanned."""


class PackError(ConsentinelError):
    """A pack cannot be fetched, read or kept."""


class OutputError(ConsentinelError):
    """A result could not be written."""
