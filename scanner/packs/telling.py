"""Which names tell who set them: a list without domains must not decide `sid` or `user_session`."""

import re

# Fewer letters and digits than this are anybody's.
MIN_CHARACTERS = 4
_MAX_CHARACTERS = 64
_NOT_LETTERS = re.compile(r"[^a-z]+")

# Words that sites of all kinds name their own items with.
_COMMON = """
ab accept accepted account action active ad ads agent analytics api app auth authenticated authorization
banner bar basket browser cache campaign cart cc check checked checkout choice cid click clicks client
closed code config consent content context cookie cookies count country created csrf currency current
customer data date debug debugger default device direct disabled dismissed done email enabled entry
essential event expires external filter first flag form frontend functional geo group guest guid has hash
hidden hide history host id ids in info init ip is items key lang language last level list load local
locale localization location logged login logout marketing message messages mobile mode my name necessary
new nonce notice notification notifications num number old opt order origin out page pages param params
pass path performance permission persistent pid policy popup pref preference preferences prefs product
products profile query random recent recently redirect ref referer referrer refresh region remember
request response return screen search secure seen server sess session settings shop show shown sid site
size social sort source sso start state status storage store string tab temp test theme tid time timestamp
timezone tmp to token track tracker tracking type uid uniq unique updated url user username users uuid
value variant version vid view viewed views visit visited visitor visitors visits web welcome window xsrf
zip
"""
_WORDS = frozenset(_COMMON.split())
_LONGEST = max(map(len, _WORDS))


def is_telling(name: str) -> bool:
    """Say whether a name is long and particular enough to be one product's."""
    folded = name.lower()
    if sum(map(str.isalnum, folded)) < MIN_CHARACTERS:
        return False
    parts = [part for part in _NOT_LETTERS.split(folded) if part]
    return not all(map(_is_made_of_words, parts))


def _is_made_of_words(part: str) -> bool:
    """Say whether `part` is one or more of the common words, as `sessionid` is."""
    if len(part) > _MAX_CHARACTERS:
        return False
    reached = {0}
    for start in range(len(part)):
        if start in reached:
            ends = range(start + 1, min(len(part), start + _LONGEST) + 1)
            reached.update(end for end in ends if part[start:end] in _WORDS)
    return len(part) in reached
