"""The CSV for people: a row for each consent, and nothing of what was erased."""

import csv
import io

import msgspec

from consentinel.server.ledger.export_csv import COLUMNS, export_csv
from tests.server.ledger.histories import SITE, Books, consent, erase_one
from tests.server.ledger.verifying import lively


def rows_of(books: Books) -> list[dict[str, str]]:
    with books.database.read() as connection:
        text = "".join(export_csv(connection, SITE))
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_has_a_row_for_each_consent(books: Books) -> None:
    chain = lively(books)
    rows = rows_of(books)
    assert tuple(rows[0]) == COLUMNS
    first_quarter = ["refused", "refused", "given", "erased", "changed"]
    assert [row["type"] for row in rows] == [*first_quarter, "refused", "erased", "refused", "withdrawn"]
    assert [row["erased"] for row in rows].count("request") == 2
    own = next(row for row in rows if row["id"] == chain[0].id.hex())
    assert (own["functional"], own["targeting"], own["position"]) == ("yes", "no", "2")


def test_csv_says_of_an_erased_record_where_when_and_why_alone(books: Books) -> None:
    erase_one(books, books.add_one())
    (row,) = rows_of(books)
    assert {name: cell for name, cell in row.items() if cell} == {
        "server_ts": "2026-10-14",
        "type": "erased",
        "shard": f"ledger.example/{SITE}/2026Q4",
        "position": "0",
        "erased": "request",
    }


def test_no_cell_is_a_formula(books: Books) -> None:
    event = consent()
    books.add(
        msgspec.structs.replace(
            event, body={**event.body, "locale": "=1+1", "method": "@x", "version": "a\r\nb"}
        )
    )
    (row,) = rows_of(books)
    assert (row["locale"], row["method"], row["version"]) == ("'=1+1", "'@x", "a\\x0d\\x0ab")
