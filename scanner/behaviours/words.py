"""Is this a word, or was it drawn by lot? By which letters follow each other."""

import re
from itertools import pairwise

# How much more often two letters follow each other in words (of English documentation and program code,
# counted once each) than by chance: the binary logarithm of the ratio, plus 5, from 0 to 9. Rows: the first
# letter; columns: the second, a to z.
_TABLE = """
    a 26762361604877061878544441
    b 62325110541621530452510040
    c 71537417506633831657521040
    d 63358322712533531454533030
    e 75786653412778465987355751
    f 51235520700512610544501030
    g 41227135500435420553411021
    h 61217101501332620435300030
    i 65766560102769751677150405
    j 30004000100000200030300000
    k 31326021401302221253311010
    l 72458320803724740255531060
    m 74238100602452660153411020
    n 73777583624535641378552030
    o 55662451425668560866756311
    p 72337214603622650746502050
    q 00000000000210000110600000
    r 73659451705565840677543050
    s 51638336714533662378623150
    t 73549427800543750766633061
    u 55535340500657350666010100
    v 60207000500010300111000000
    w 50214004500214410441000100
    x 21415201400221150125100130
    y 22323220300434360245113011
    z 20005000300000200001000010
"""
_LEVELS = {row[0]: row[2:] for row in map(str.strip, _TABLE.strip().splitlines())}
_NEUTRAL = 5
# Numbers within words are short and few: each run of digits speaks against a word.
_NUMBER = -2
# Chosen so that few random texts pass for words (1 of 1,000 of 9 characters in base 36), since two scans must
# find the same: of words of 8 letters and more 8 in 100 stay below it.
_LEAST_SCORE = 7
_RUN = re.compile("[A-Za-z]+|[0-9]+")


def is_wordy(text: str) -> bool:
    """Say whether a text is made of words: `returningUser`, `campaign2024`, `dark-mode-enabled`."""
    return sum(map(_score, _RUN.findall(text))) >= _LEAST_SCORE


def _score(run: str) -> int:
    if run.isdigit():
        return _NUMBER
    letters = run.lower()
    return sum(int(_LEVELS[before][ord(after) - ord("a")]) - _NEUTRAL for before, after in pairwise(letters))
