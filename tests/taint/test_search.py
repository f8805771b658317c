"""The search for known numbers: every form is found wherever it begins, and nothing else is."""

import base64
import gzip
import io
import os
import random
import uuid
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.numbers import individual_number_check_digit, synthetic_individual_number
from deploy.local.errors import StackError
from deploy.taint import __main__ as taint
from deploy.taint import search
from deploy.taint.batches import Unreadable, compressed_records
from deploy.taint.numbers import Listed, Marked
from deploy.taint.places import filled, read_file
from deploy.taint.search import Search
from tests.taint.planting import PLANTED, everything, full_width, written

FORMS = written()
MARKED = Search(Marked())
LISTED = Search(Listed.of([PLANTED]))


@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_found_in_the_midst_of_other_bytes(name):
    for before in (b"", b'{"a":"', b"\x00\xff", b"9", b"99 ", "９".encode(), b"OTk5"):
        for after in (b"", b'"}', b"\x00", b"7"):
            data = before + FORMS[name] + after
            for searched in (MARKED, LISTED):
                hits = searched.scan(data)
                assert hits, (name, before, after)


@pytest.mark.parametrize("name", FORMS)
def test_a_number_with_one_digit_changed_is_not_a_known_one(name):
    changed = PLANTED[:7] + str((int(PLANTED[7]) + 1) % 10) + PLANTED[8:]
    assert MARKED.scan(written(changed)[name]) == []


@given(st.binary(max_size=300), st.sampled_from(sorted(FORMS)), st.binary(max_size=300))
def test_every_form_is_found_among_any_bytes(before, name, after):
    # But for a character right before Base64 that makes it look as if it began earlier.
    data = before + b"\n" + FORMS[name] + b"\n" + after
    places = [hit.offset for hit in LISTED.scan(data)]
    assert any(abs(place - len(before) - 1) < 80 for place in places)


@settings(max_examples=30)
@given(st.integers(1_100, 2_500), st.integers(0, 2_500))
def test_what_lies_across_chunks_is_found_once_and_at_its_place(size, before):
    data = b"." * before + everything() + b"." * before
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(search, "CHUNK", 8 * size)
        chunks = (data[at : at + size] for at in range(0, len(data), size))
        assert sorted(LISTED.stream(chunks)) == LISTED.scan(data)


def test_every_marked_number_is_known_and_nothing_beside():
    rng = random.Random(7)
    for index in (0, 9_999_999, *(rng.randrange(10**7) for _ in range(500))):
        number = synthetic_individual_number(index)
        assert number in Marked()
        assert number in Marked(index, 1)
        assert number not in Marked(index + 1, 10)
        assert str(int(number) + 1) not in Marked()
    real = "123456789018"
    assert individual_number_check_digit(real[:11]) == real[11]
    assert real not in Marked()
    assert MARKED.scan(real.encode()) == []
    assert Search(Listed.of([real])).scan(b"\0" + full_width(real).encode())


def test_random_bytes_identifiers_and_keys_are_no_numbers():
    few = Search(Marked(100_000, 100_000))
    text = "\n".join(str(uuid.uuid4()) for _ in range(20_000)).encode()
    for data in (os.urandom(4_000_000), text, base64.b64encode(os.urandom(3_000_000))):
        assert few.scan(data) == []


def test_two_numbers_in_a_row_are_two():
    other = synthetic_individual_number(1)
    assert len(MARKED.scan((PLANTED + other).encode())) == 2


def test_a_hit_tells_a_place_and_a_form_and_no_digits():
    for hit in MARKED.scan(everything()):
        assert not any(digits in repr(hit) for digits in (PLANTED, PLANTED[4:], PLANTED[:8]))


# Files


def test_a_file_is_searched_with_its_name_and_what_is_packed_in_it(tmp_path, capsys):
    (tmp_path / "deep" / PLANTED).mkdir(parents=True)
    (tmp_path / f"of {full_width(PLANTED)}.txt").write_text("nothing")
    (tmp_path / "plain.txt").write_bytes(everything())
    with gzip.open(tmp_path / "log.1.gz", "wb") as packed:
        packed.write(everything())
    with zipfile.ZipFile(tmp_path / "medium.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", everything())
    with (tmp_path / "sparse").open("wb") as sparse:
        sparse.seek(300_000_000)
        sparse.write(PLANTED.encode())
    assert taint.main(["--folder", str(tmp_path), "--residents", "all"]) == 1
    told = capsys.readouterr().out
    for place in ("name .", "name deep", "plain.txt", "log.1.gz", "medium.zip", "sparse"):
        assert f"FOUND file {place}" in told or f"FOUND {place}" in told or f" {place} at" in told
    assert PLANTED not in told
    assert full_width(PLANTED) not in told


def test_nothing_found_is_told_with_what_was_searched(tmp_path, capsys):
    (tmp_path / "plain.txt").write_bytes(everything("123456789012"))
    assert taint.main(["--folder", str(tmp_path), "--residents", "all"]) == 0
    told = capsys.readouterr().out
    assert "no individual number found" in told
    assert "file" in told


def test_what_cannot_be_looked_into_is_no_clean_result(tmp_path, capsys):
    (tmp_path / "broken.gz").write_bytes(b"\x1f\x8b not really")
    assert taint.main(["--folder", str(tmp_path)]) == 2
    assert "not searched: file, unpacked broken.gz" in capsys.readouterr().out


def test_empty_blocks_are_left_out_and_nothing_else(tmp_path):
    rng = random.Random(3)
    for _ in range(50):
        pieces = [rng.choice((bytes(65_536), rng.randbytes(65_536), b"")) for _ in range(6)]
        data = b"".join(pieces)
        kept = filled(data)
        assert all(piece in kept for piece in pieces if piece.strip(b"\0"))
    (tmp_path / "empty").write_bytes(b"")
    assert list(read_file(tmp_path / "empty")) == []
    assert list(read_file(tmp_path / "gone by now")) == []


def test_batches_of_a_codec_that_cannot_be_undone_are_told(tmp_path):
    def batch(codec: int, body: bytes) -> bytes:
        rest = b"\0" * 38 + body
        head = b"\0" * 8 + (9 + 2 + len(rest)).to_bytes(4, "big") + b"\0" * 4 + b"\x02"
        return head + b"\0" * 4 + codec.to_bytes(2, "big") + rest

    packer = zlib.compressobj(wbits=31)
    packed = packer.compress(everything()) + packer.flush()
    segment = tmp_path / "00000000000000000000.log"
    segment.write_bytes(batch(0, everything()) + batch(1, packed) + batch(3, b"?") + bytes(500))
    records = compressed_records(segment)
    assert next(records) == everything()
    with pytest.raises(Unreadable, match="lz4"):
        next(records)


# Which numbers


def test_a_list_of_numbers_is_its_owners_alone(tmp_path):
    file = tmp_path / "numbers"
    file.write_text(f"{PLANTED}\n123456789018\n")
    file.chmod(0o640)
    with pytest.raises(StackError, match="chmod 600"):
        Listed.read(file)
    file.chmod(0o600)
    known = Listed.read(file)
    assert known.prefixes == ("1234", PLANTED[:4])
    assert PLANTED not in repr(known)
    assert Search(known).scan(b"number 1234-5678-9018")
    file.write_text("12345\n")
    with pytest.raises(StackError) as told:
        Listed.read(file)
    assert "12345" not in str(told.value)


def test_zip_members_that_are_encrypted_are_as_they_should_be(tmp_path):
    import pyzipper

    sink = io.BytesIO()
    with pyzipper.AESZipFile(
        sink, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(b"a password of JPS")
        archive.writestr("a.csv", PLANTED)
    (tmp_path / "medium.zip").write_bytes(sink.getvalue())
    assert taint.main(["--folder", str(tmp_path), "--residents", "all"]) == 0
