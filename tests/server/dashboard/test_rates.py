"""The page of opt-in rates."""

import sqlalchemy as sa

from consentinel.server.dashboard.moments import date_of, day
from consentinel.server.storage import tables
from tests.server.dashboard.conftest import Console
from tests.server.dashboard.world import SITE, TODAY, add_counts, add_site, count_row

RATES = f"/admin/sites/{SITE}/rates"


def fill(console: Console, *rows: dict[str, object]) -> None:
    with console.database.write() as connection:
        add_site(connection)
        connection.execute(sa.insert(tables.counts), list(rows))


def facts(regime: str = "eu", version: str = "1", day: int = TODAY) -> dict[str, object]:
    return {"site": SITE, "day": day, "regime": regime, "version": version}


def test_charts_with_a_table_each(console: Console) -> None:
    with console.database.write() as connection:
        add_site(connection)
        add_counts(connection)
    text = console.get(RATES)
    assert text.count('<svg class="wide" viewBox="16') == 2
    assert text.count('<svg class="narrow" viewBox="16') == 2
    assert text.count("Share of answers that grant") == 2
    assert "California (us-ca)" in text
    assert "all categories" in console.get(f"{RATES}?measure=every&days=365")


def test_nothing_is_shown_before_anybody_has_answered(console: Console) -> None:
    with console.database.write() as connection:
        add_site(connection)
    assert "Nobody has answered in this time." in console.get(RATES)


def test_of_few_people_there_are_counts_alone(console: Console) -> None:
    fill(console, count_row(facts(), "given", "111", 1), count_row(facts(), "refused", "000", 3))
    text = console.get(RATES)
    assert "too few" in text
    assert "25.0 %" not in text
    assert "Too few answers in every period for a picture." in text


def test_signals_are_no_answers(console: Console) -> None:
    fill(
        console,
        count_row(facts(), "given", "111", 5),
        count_row(facts(), "refused", "000", 5),
        count_row({**facts(), "method": "gpc"}, "refused", "000", 90),
        count_row(facts(), "withdrawn", "000", 2),
    )
    text = console.get(RATES)
    assert "50.0 %" in text
    assert "90 by GPC signal" in text


def test_other_sites_and_older_days_do_not_count(console: Console) -> None:
    fill(
        console,
        count_row(facts(), "given", "111", 10),
        count_row({**facts(), "site": "other.example"}, "refused", "000", 10),
        count_row(facts(day=TODAY - 91), "refused", "000", 10),
    )
    assert "50.0 %" not in console.get(RATES)
    assert "50.0 %" in console.get(f"{RATES}?days=365")


def test_the_newest_version_comes_first(console: Console) -> None:
    fill(console, *(count_row(facts(version=name), "given", "111", 9) for name in ("2", "10", "x")))
    text = console.get(RATES)
    places = [text.rindex(f'<th scope="row">{name}</th>') for name in ("version 10", "version 2", "x")]
    assert places == sorted(places)


def test_nonsense_in_the_address_is_the_default(console: Console) -> None:
    fill(console, count_row(facts(), "given", "111", 9))
    assert console.get(f"{RATES}?days=1e9&measure=__class__") == console.get(RATES)


def test_the_pictures_begin_with_the_first_answers(console: Console) -> None:
    fill(console, *(count_row(facts(day=TODAY - age), "given", "111", 9) for age in range(36)))
    assert f"{day(TODAY - 41)} to {day(TODAY)}" in console.get(RATES)


def test_a_new_site_has_room_for_what_comes(console: Console) -> None:
    fill(console, count_row(facts(), "given", "111", 9))
    assert f"{day(TODAY - 27)} to {day(TODAY)}" in console.get(RATES)


def test_a_picture_across_a_new_year_says_which(console: Console) -> None:
    fill(console, *(count_row(facts(day=TODAY - age), "given", "111", 9) for age in (0, 350)))
    assert f"Nov {date_of(TODAY).year - 1}</text>" in console.get(f"{RATES}?days=365")
    assert f"{date_of(TODAY).year}</text>" not in console.get(RATES)
