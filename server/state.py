"""What handlers work with: one object for the whole process, made with the application."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from consentinel.server.admin.passwords import Passwords
from consentinel.server.admin.throttle import Throttle
from consentinel.server.clock import Clock
from consentinel.server.keys import Keys, load_keys
from consentinel.server.ledger.anchor import Anchor
from consentinel.server.ledger.group_writer import GroupWriter
from consentinel.server.ledger.restore import History
from consentinel.server.ledger.writer import Ledger
from consentinel.server.metrics import Metrics
from consentinel.server.proxies import Proxies
from consentinel.server.publishing.shelf import Shelf
from consentinel.server.rates import Limits
from consentinel.server.readiness import Readiness
from consentinel.server.receipts import make_receipt, receipt_of
from consentinel.server.settings import ServerSettings
from consentinel.server.site_directory import SiteDirectory
from consentinel.server.storage.database import Database


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything a handler may use.

    history: what the ledger should have and has not (T35). shelf: the published banners.
    """

    settings: ServerSettings
    keys: Keys
    clock: Clock
    database: Database
    anchor: Anchor
    history: History
    readiness: Readiness
    ledger: Ledger
    writer: GroupWriter
    shelf: Shelf
    sites: SiteDirectory
    limits: Limits
    proxies: Proxies
    metrics: Metrics
    passwords: Passwords
    throttle: Throttle

    @property
    def base_path(self) -> str:
        """The path below which browsers reach this server, '' or `/consentinel`."""
        return urlsplit(self.settings.public_url).path.rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether browsers reach this server by https."""
        return self.settings.public_url.startswith("https:")


def services(request: HTTPConnection) -> Services:
    """Return what the application works with."""
    found: Services = request.app.state.consentinel
    return found


def make_services(settings: ServerSettings, database: Database | None, clock: Clock) -> Services:
    """Return what handlers work with; of the disk, only the keys are read.

    database: None for the one of the settings. Raises ServerError, StorageError.
    """
    keys = load_keys(settings.keys_file)
    database = database or Database(settings.address)
    anchor = Anchor.of(settings, clock)
    ledger = Ledger(database, name=settings.ledger_name, clock=clock, anchor=anchor)
    writer = GroupWriter(ledger, database, sign=lambda recorded: make_receipt(keys, receipt_of(recorded)))
    metrics = Metrics()
    metrics.waiting.set_function(lambda: writer.waiting)
    return Services(
        settings=settings,
        keys=keys,
        clock=clock,
        database=database,
        anchor=anchor,
        history=History(anchor),
        readiness=Readiness(database),
        ledger=ledger,
        writer=writer,
        shelf=Shelf(database),
        sites=SiteDirectory(settings.public_url),
        limits=Limits(clock, on=settings.rate_limit),
        proxies=Proxies(),
        metrics=metrics,
        passwords=Passwords(),
        throttle=Throttle(clock),
    )
