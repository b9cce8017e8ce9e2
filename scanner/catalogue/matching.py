"""Decisions: what a cookie, storage item, request or CAPTCHA is, and which rule says so."""

from collections.abc import Sequence

import msgspec

from consentinel.scanner.catalogue.captchas import CaptchaTable
from consentinel.scanner.catalogue.entries import CaptchaProduct, CategoryText, Sheet
from consentinel.scanner.catalogue.facts import Facts, path_of
from consentinel.scanner.catalogue.questions import Question, questions_for
from consentinel.scanner.catalogue.second_opinions import SecondOpinions
from consentinel.scanner.catalogue.subject import UNCLASSIFIED, Decision, Subject
from consentinel.scanner.catalogue.tables import LayerTables


class Catalogue:
    """All layers, the strongest first, and what is known beside them.

    version: a short hash of the core's and the overrides' content.
    """

    def __init__(self, sheets: Sequence[Sheet], version: str, opinions: SecondOpinions | None = None) -> None:
        self.sheets = tuple(sheets)
        self.version = version
        self._captcha_table = CaptchaTable(self.sheets)
        self.captchas = self._captcha_table.products
        self.layers = tuple(LayerTables(sheet, self._captcha_table) for sheet in self.sheets)
        self.categories: tuple[CategoryText, ...] = next(
            (sheet.categories for sheet in reversed(self.sheets) if sheet.categories), ()
        )
        self._opinions = opinions
        self._questions = questions_for(self.layers, opinions)

    def decide(self, subject: Subject) -> Decision:
        """Return what `subject` is; UNCLASSIFIED where no entry speaks of it. Never raises."""
        facts = Facts(subject)
        decision = self._answer(subject, facts)
        if self._opinions is None:
            return decision
        further = self._opinions.evidence(facts, decision)
        return (
            msgspec.structs.replace(decision, evidence=decision.evidence + further) if further else decision
        )

    def _answer(self, subject: Subject, facts: Facts) -> Decision:
        for question in self.questions(subject):
            answer = question.ask(facts)
            if answer is not None:
                return answer
        return UNCLASSIFIED

    def questions(self, subject: Subject) -> tuple[Question, ...]:
        """Return what is asked about a subject of this kind, in order: the first answer counts."""
        return self._questions["request" if subject.kind not in self._questions else subject.kind]

    def captcha_of_url(self, url: str) -> CaptchaProduct | None:
        """Return the CAPTCHA product that a URL belongs to, or None."""
        return self._captcha_table.by_url(Facts(Subject(kind="request", url=url)), path_of(url))
