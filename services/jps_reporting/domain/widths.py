"""Full-width and half-width forms: the same character in another width, by fixed tables.

No Unicode normalisation: NFKC would also change characters of names (﨑, ㈱, 神 of the old form).
"""

from typing import Final

_VOICED: Final = "ﾞ"
_SEMI_VOICED: Final = "ﾟ"

_FULL_PLAIN: Final = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノ"
    "ハヒフヘホマミムメモヤユヨラリルレロワヲンァィゥェォッャュョー・。「」、゛゜"
)
_HALF_PLAIN: Final = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｯｬｭｮｰ･｡｢｣､ﾞﾟ"
_FULL_VOICED: Final = "ガギグゲゴザジズゼゾダヂヅデドバビブベボヴヷヺ"
_BASE_VOICED: Final = "カキクケコサシスセソタチツテトハヒフヘホウワヲ"
_FULL_SEMI: Final = "パピプペポ"
_BASE_SEMI: Final = "ハヒフヘホ"

_PLAIN: Final = dict(zip(_FULL_PLAIN, _HALF_PLAIN, strict=True))
_KANA_TO_HALF: Final = (
    _PLAIN
    | {f: _PLAIN[b] + _VOICED for f, b in zip(_FULL_VOICED, _BASE_VOICED, strict=True)}
    | {f: _PLAIN[b] + _SEMI_VOICED for f, b in zip(_FULL_SEMI, _BASE_SEMI, strict=True)}
)
_HALF_TO_KANA: Final = {half: full for full, half in _KANA_TO_HALF.items()}

_ASCII_TO_FULL: Final = {chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)} | {" ": "\u3000"}
_FULL_TO_ASCII: Final = {full: half for half, full in _ASCII_TO_FULL.items()}

# Hiragana stand 0x60 below their katakana. A register may hold the reading in either.
_HIRAGANA_TO_KATAKANA: Final = {chr(c): chr(c + 0x60) for c in range(0x3041, 0x3097)}

_HALF_CHARACTERS: Final = frozenset(_HALF_PLAIN) | frozenset(_ASCII_TO_FULL)


# Voicing written as a character of its own (か followed by U+3099).
_COMBINING: Final = {"\u3099": _VOICED, "\u309a": _SEMI_VOICED}


def half_width(character: str) -> str | None:
    """The half-width form of one character: kana, Latin, digit, sign or space; None without one.

    Voiced kana become two characters (ガ: ｶﾞ), whether they came as one or as two; hiragana are read
    as katakana. Kana that have no half-width form (ヰ, ヱ, ヮ, ヵ, ヶ) give None: writing them
    otherwise is a substitution.
    """
    if len(character) == 2 and character[1] in _COMBINING:
        voiced = (half_width(character[0]) or "") + _COMBINING[character[1]]
        return voiced if voiced in _HALF_TO_KANA else None
    if character in _HALF_CHARACTERS:
        return character
    katakana = _HIRAGANA_TO_KATAKANA.get(character, character)
    return _KANA_TO_HALF.get(katakana) or _FULL_TO_ASCII.get(katakana)


def full_width(text: str) -> str:
    """``text`` with ASCII and half-width kana in full width; voiced pairs (ｶﾞ) become one (ガ)."""
    if not any(c in _HALF_CHARACTERS for c in text):
        return text
    wide: list[str] = []
    position = 0
    while position < len(text):
        pair = text[position : position + 2]
        if len(pair) == 2 and pair in _HALF_TO_KANA:
            wide.append(_HALF_TO_KANA[pair])
            position += 2
            continue
        character = text[position]
        wide.append(_HALF_TO_KANA.get(character) or _ASCII_TO_FULL.get(character, character))
        position += 1
    return "".join(wide)


def is_full_width(text: str) -> bool:
    """Whether no character is ASCII or half-width kana."""
    return not any(c in _HALF_CHARACTERS for c in text)
