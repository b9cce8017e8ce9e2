from consentinel.scanner.rendering.json import render
from consentinel.scanner.report import decode, encode
from tests.support.reports import make_finding, make_report, realistic_report


def test_is_the_report_of_record() -> None:
    report = realistic_report()
    assert render(report).encode() == encode(report)


def test_a_lone_surrogate_becomes_the_replacement_character() -> None:
    report = make_report(make_finding(id="1", name="a\ud800b", attributes={"k\udfff": ("\ud800", 1 and "x")}))
    (finding,) = decode(render(report).encode()).findings
    assert finding.name == "a\ufffdb"
    assert finding.attributes == {"k\ufffd": ("\ufffd", "x")}
