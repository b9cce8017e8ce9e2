"""Consent banners of other makers: seeing one, and answering it by a click as a visitor would.

rules: products known by their DOM. words, heuristic: other dialogs, by what their buttons say. probe: one
look at all frames of a page. navigation: where a click led. driver: look, click, see whether the banner went.
"""
