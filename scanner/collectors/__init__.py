"""The collectors, in the order in which they look and report."""

from collections.abc import Callable

from consentinel.scanner.collectors.base import Collector
from consentinel.scanner.collectors.captcha import CaptchaCollector
from consentinel.scanner.collectors.cookies import CookieCollector
from consentinel.scanner.collectors.pixels import PixelCollector
from consentinel.scanner.collectors.requests import RequestCollector
from consentinel.scanner.collectors.storage import StorageCollector

CollectorFactory = Callable[[], Collector]

# Every tab makes its own set, since a collector keeps what it saw of the page before it.
COLLECTORS: tuple[CollectorFactory, ...] = (
    CookieCollector,
    StorageCollector,
    RequestCollector,
    PixelCollector,
    CaptchaCollector,
)
