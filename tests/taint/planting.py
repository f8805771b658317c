"""A number in every form that the search knows, as others would write it: nothing of the search."""

import base64
import json

from contracts.numbers import synthetic_individual_number

PLANTED = synthetic_individual_number(4_242_424)
"""Nobody's: no city in these tests is so large."""


def full_width(digits: str) -> str:
    return digits.translate({ord("0") + digit: ord("０") + digit for digit in range(10)})


def grouped(digits: str, separator: str) -> str:
    return separator.join((digits[:4], digits[4:8], digits[8:]))


def written(number: str = PLANTED) -> dict[str, bytes]:
    """The number as bytes, by a name of the way it is written."""
    wide = full_width(number)
    forms = {
        "plain": number.encode(),
        "hyphens": grouped(number, "-").encode(),
        "spaces": grouped(number, " ").encode(),
        "wide spaces": grouped(number, "　").encode(),
        "a true hyphen": grouped(number, "\u2010").encode(),
        "a point after each": ".".join(number).encode(),
        "a line break in between": f"{number[:6]}\n{number[6:]}".encode(),
        "threes": " ".join(number[at : at + 3] for at in range(0, 12, 3)).encode(),
        "UTF-32": number.encode("utf-32-le"),
        "full width": wide.encode(),
        "full width, wide hyphens": grouped(wide, "－").encode(),
        "full width, minus signs": grouped(wide, "−").encode(),
        "full width in Shift JIS": wide.encode("cp932"),
        "full width in Shift JIS, wide spaces": grouped(wide, "　").encode("cp932"),
        "full width in EUC-JP": wide.encode("euc-jp"),
        "full width in UTF-32": wide.encode("utf-32-le"),
        "JSON": json.dumps(wide)[1:-1].encode(),
        "JSON in upper case": json.dumps(wide)[1:-1].upper().replace("\\U", "\\u").encode(),
        "JSON in JSON": json.dumps(json.dumps(wide))[1:-1].encode(),
        "JSON with hyphens": json.dumps(grouped(wide, "－"))[1:-1].encode(),
        "percent": "".join(f"%{byte:02X}" for byte in wide.encode()).encode(),
        "Python's bytes": repr(wide.encode())[2:-1].encode(),
        "a dump with colons": number.encode().hex(":").encode(),
        "a dump of hyphens": grouped(number, "-").encode().hex(" ").encode(),
    }
    for order in ("le", "be"):
        name = f"UTF-16 {order}"
        forms[name] = number.encode(f"utf-16-{order}")
        forms[f"{name} with hyphens"] = grouped(number, "-").encode(f"utf-16-{order}")
        forms[f"full width in {name}"] = wide.encode(f"utf-16-{order}")
        forms[f"full width in {name}, wide hyphens"] = grouped(wide, "－").encode(f"utf-16-{order}")
    for name, text in {
        "digits": number.encode(),
        "full width": wide.encode(),
        "UTF-16 le": number.encode("utf-16-le"),
        "full width in UTF-16 be": wide.encode("utf-16-be"),
    }.items():
        forms[f"hex of {name}"] = text.hex().encode()
        forms[f"HEX of {name}"] = text.hex().upper().encode()
        for alignment in range(3):
            padded = "甲乙".encode()[:alignment] + text + b"!?"
            forms[f"base64 of {name} at {alignment}"] = base64.b64encode(padded)
            forms[f"url-safe base64 of {name} at {alignment}"] = base64.urlsafe_b64encode(padded)
    forms["base64 of hyphens"] = base64.b64encode(grouped(number, "-").encode())
    forms["base64 of Shift JIS"] = base64.b64encode(b"1" + wide.encode("cp932") + b"1")
    forms["base64 without its padding"] = base64.b64encode(b"a" + number.encode()).rstrip(b"=")
    return forms


def everything(number: str = PLANTED) -> bytes:
    """All the forms, one after the other."""
    return b"\r\n;\r\n".join(written(number).values())
