"""Opening a medium as JPS does: with the password that it designated."""

import io

import pyzipper

from tests.jps_reporting.conftest import PASSWORD


def opened(content: bytes) -> tuple[str, bytes]:
    """The one file of a medium, and its name."""
    with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
        archive.setpassword(PASSWORD.encode())
        (name,) = archive.namelist()
        return name, archive.read(name)
