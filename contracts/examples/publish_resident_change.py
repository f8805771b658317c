"""Publish one resident change as an upstream system would: copy this file and start from it.

It needs a Kafka client, an HPKE library and the JSON Schema, and imports nothing of this project:

    pip install kafka-python cryptography jsonschema
    python publish_resident_change.py --bootstrap localhost:9093 --ca ca.pem \\
        --certificate resident_register.pem --private-key resident_register.key \\
        --sealing-key sealing-key.json

``sealing-key.json`` is what the vault's operator hands out: ``{"key_id", "suite", "public"}``.
With ``--print`` it sends nothing and prints the record, one line as ``python -m contracts check``
reads it.
"""

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import jsonschema  # type: ignore[import-untyped]  # it comes without types
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PublicKey, Suite

TOPIC = "inbound.residents"
TYPE = "nenkin.resident.changed.v1"
SENDER = "resident_register"
SCHEMA = Path(__file__).parent.parent / "schemas" / f"{TYPE}.json"


def seal(number: str, key: dict[str, str], event_id: UUID) -> dict[str, str]:
    """Seal twelve digits to the vault's public key, for this one event."""
    info = "\n".join(("nenkin-seal/1", "individual-number", SENDER, str(event_id))).encode()
    public = base64.b64decode(key["public"])
    if key["suite"] == "hybrid":
        suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
        hybrid = MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public[:1184]),
            X25519PublicKey.from_public_bytes(public[1184:]),
        )
        sealed = suite.encrypt(number.encode(), hybrid, info=info)
    else:
        suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
        sealed = suite.encrypt(
            number.encode(), X25519PublicKey.from_public_bytes(public), info=info
        )
    return {
        "key_id": key["key_id"],
        "suite": key["suite"],
        "ciphertext": base64.b64encode(sealed).decode(),
    }


def exact(day: str) -> dict[str, str]:
    """A date that is known; see the README for those that are not."""
    return {"precision": "exact", "value": day, "notation": day, "sort_date": day}


def moved_in(addressee_number: str, number: str, key: dict[str, str], event_id: UUID) -> Any:
    """The record of a made-up resident after moving in from another municipality."""
    return {
        "source": SENDER,
        "record_version": 1,
        "change": "move_in",
        "changed_on": exact("2026-10-01"),
        "reported_on": "2026-10-05",
        "record": {
            "addressee_number": addressee_number,
            "household_number": "000000000000017",
            "name": {"kanji": "見本　花子", "kana": "ミホン　ハナコ"},
            "birth_date": exact("1994-04-02"),
            "sex": "2",
            "relationship": ["02"],
            "resident_kind": "1",
            "resident_status": "1",
            "became_resident": {"reason": "move_in", "on": exact("2026-10-01")},
            "address": {
                "text": "千葉県千葉市中央区見本一丁目１番１号",
                "municipality_code": "121002",
            },
        },
        "sealed_number": seal(number, key, event_id),
    }


def record_key(addressee_number: str) -> bytes:
    """The Kafka key: keeps a resident's changes in order without showing the number."""
    text = f"nenkin/resident-key/v1\0{SENDER}\0{addressee_number}"
    return hashlib.sha256(text.encode()).hexdigest()[:24].encode()


def headers(event_id: UUID) -> list[tuple[str, bytes]]:
    """CloudEvents attributes, in Kafka's binary mode."""
    attributes = {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": str(event_id),
        "ce_type": TYPE,
        "ce_source": SENDER,
        "ce_time": datetime.now(UTC).isoformat(),
    }
    return [(name, value.encode()) for name, value in attributes.items()]


def body(event: Any) -> bytes:
    """The event's bytes, checked against the schema first: the vault refuses what breaks it."""
    jsonschema.validate(event, json.loads(SCHEMA.read_bytes()))
    return json.dumps(event, ensure_ascii=False).encode()


def main(arguments: Sequence[str] | None = None) -> None:
    """Publish it, and wait until the brokers have it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sealing-key", required=True, help="the vault's public key")
    parser.add_argument("--print", action="store_true", help="print the record, send nothing")
    for name in ("bootstrap", "ca", "certificate", "private-key"):
        parser.add_argument(f"--{name}", help="needed to send")
    options = parser.parse_args(arguments)
    event_id, addressee_number = uuid4(), "000000000000042"
    key = json.loads(Path(options.sealing_key).read_bytes())
    event = moved_in(addressee_number, "999900000011", key, event_id)
    if options.print:
        attributes = ",".join(f"{name}:{text.decode()}" for name, text in headers(event_id))
        record = (attributes, record_key(addressee_number).decode(), body(event).decode())
        sys.stdout.write("\t".join(record) + "\n")
        return
    if not all((options.bootstrap, options.ca, options.certificate, options.private_key)):
        parser.error("to send, it needs --bootstrap, --ca, --certificate and --private-key")
    # Only here: everything above can be tried without Kafka.
    from kafka import KafkaProducer

    producer = KafkaProducer(
        bootstrap_servers=options.bootstrap,
        security_protocol="SSL",
        ssl_cafile=options.ca,
        ssl_certfile=options.certificate,
        ssl_keyfile=options.private_key,
        acks="all",
        enable_idempotence=True,
    )
    sent = producer.send(
        TOPIC, body(event), key=record_key(addressee_number), headers=headers(event_id)
    )
    sent.get(timeout=30)
    producer.close()
    sys.stdout.write(f"published {event_id}\n")


if __name__ == "__main__":
    main()
