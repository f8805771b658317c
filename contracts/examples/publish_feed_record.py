"""Publish one record of the integrated database as its system would: copy this and start from it.

Income, public assistance, disability certificates, health insurance, long-term care. None of them
bears an individual number, so nothing is sealed: whose record it is, the house finds by the four
attributes. It needs a Kafka client and the JSON Schema, and imports nothing of this project:

    pip install kafka-python jsonschema
    python publish_feed_record.py income --bootstrap localhost:9093 --ca ca.pem \\
        --certificate tax_system.pem --private-key tax_system.key

With ``--print`` it sends nothing and prints the record in one line: headers, key, value.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import jsonschema  # type: ignore[import-untyped]  # it comes without types

SCHEMAS = Path(__file__).parent.parent / "schemas"
FEEDS = {
    "income": ("tax_system", "inbound.income", "nenkin.income.recorded.v1"),
    "public_assistance": (
        "welfare_system", "inbound.welfare", "nenkin.public_assistance.recorded.v1",
    ),
    "disability_certificates": (
        "welfare_system", "inbound.welfare", "nenkin.disability_certificates.recorded.v1",
    ),
    "health_insurance": (
        "health_insurance_system", "inbound.health_insurance",
        "nenkin.health_insurance.recorded.v1",
    ),
    "long_term_care": (
        "long_term_care_system", "inbound.long_term_care", "nenkin.long_term_care.recorded.v1",
    ),
}  # fmt: skip
"""Each feed's sender (as in its certificate), topic and event type."""

CONTENT: dict[str, dict[str, Any]] = {
    "income": {
        "levy_year": 2026,
        "income_year": 2025,
        "standing": "declared",  # or not_declared (未申告), withdrawn (取消): then without income
        "income": {
            "total_income": 1_200_000,
            "dependants_under_16": 1,
            "social_insurance_deduction": 180_000,
            "self_disability": "none",
        },
    },
    "public_assistance": {
        "periods": [{"kind": "livelihood", "first": "2026-04-01", "last": None}],
    },
    "disability_certificates": {
        "certificates": [{"kind": "physical", "grade": "2級", "issued_on": "2019-07-01"}],
    },
    "health_insurance": {
        "periods": [{"acquired_on": "2026-10-01", "acquisition_reason": "社保離脱"}],
    },
    "long_term_care": {"periods": [{"acquired_on": "2026-10-01", "kind": "2"}]},
}
"""What the system knows of the person, whole, as it stands after the change."""


def event_of(feed: str, addressee_number: str) -> Any:
    """The event about a made-up person under the system's own number."""
    return {
        "record_version": 1,
        "source": FEEDS[feed][0],
        "change": "recorded",
        "addressee_number": addressee_number,
        "person": {
            "name": {"kanji": "見本　花子", "kana": "ミホン　ハナコ"},
            "address": {"text": "千葉県千葉市中央区見本1-1-1"},
            "birth_date": {
                "precision": "exact",
                "value": "1994-04-02",
                "notation": "平成6年4月2日",
                "sort_date": "1994-04-02",
            },
            "sex": "2",
        },
        "reported_on": "2026-10-05",
        **CONTENT[feed],
    }


def record_key(sender: str, addressee_number: str) -> bytes:
    """The Kafka key: keeps a person's records in order without showing the number."""
    text = f"nenkin/resident-key/v1\0{sender}\0{addressee_number}"
    return hashlib.sha256(text.encode()).hexdigest()[:24].encode()


def headers(feed: str, event_id: UUID) -> list[tuple[str, bytes]]:
    """CloudEvents attributes, in Kafka's binary mode."""
    sender, _, type_ = FEEDS[feed]
    attributes = {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": str(event_id),
        "ce_type": type_,
        "ce_source": sender,
        "ce_time": datetime.now(UTC).isoformat(),
    }
    return [(name, value.encode()) for name, value in attributes.items()]


def body(feed: str, event: Any) -> bytes:
    """The event's bytes, checked against the schema first: the house refuses what breaks it."""
    schema = SCHEMAS / f"{FEEDS[feed][2]}.json"
    jsonschema.validate(event, json.loads(schema.read_bytes()))
    return json.dumps(event, ensure_ascii=False).encode()


def main(arguments: Sequence[str] | None = None) -> None:
    """Publish it, and wait until the brokers have it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("feed", choices=FEEDS)
    parser.add_argument("--print", action="store_true", help="print the record, send nothing")
    for name in ("bootstrap", "ca", "certificate", "private-key"):
        parser.add_argument(f"--{name}", help="needed to send")
    options = parser.parse_args(arguments)
    addressee_number = "000000000000042"
    sender, topic, _ = FEEDS[options.feed]
    made = headers(options.feed, uuid4())
    key = record_key(sender, addressee_number)
    value = body(options.feed, event_of(options.feed, addressee_number))
    if options.print:
        attributes = ",".join(f"{name}:{text.decode()}" for name, text in made)
        sys.stdout.write("\t".join((attributes, key.decode(), value.decode())) + "\n")
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
    producer.send(topic, value, key=key, headers=made).get(timeout=30)
    producer.close()


if __name__ == "__main__":
    main()
