"""The upstream example against a real broker, with the register's own certificate."""

import json
import ssl
from pathlib import Path
from uuid import UUID

import pytest
from kafka import KafkaConsumer
from kafka.errors import AuthorizationError

from contracts.events import ResidentChange
from contracts.examples import publish_resident_change as example
from contracts.keys import resident_key
from contracts.sealing import PrivateSealingKey, SealingSuite, open_sealed
from deploy.local.testing import TestStack

pytestmark = pytest.mark.stack


def certificate(stack: TestStack, name: str) -> dict[str, str]:
    folder = stack.layout.certs / name
    return {
        "ca": str(folder / "ca.pem"),
        "certificate": str(folder / f"{name}.crt"),
        "private-key": str(folder / f"{name}.key"),
    }


def arguments(stack: TestStack, name: str, key: PrivateSealingKey, folder: Path) -> list[str]:
    key_file = folder / "sealing-key.json"
    key_file.write_text(key.public.model_dump_json())
    options = {
        "bootstrap": stack.bootstrap,
        "sealing-key": str(key_file),
        **certificate(stack, name),
    }
    return [part for option, value in options.items() for part in (f"--{option}", value)]


def records_on(stack: TestStack, topic: str) -> list[tuple[dict[str, str], str, bytes]]:
    """What the vault can read: headers, key and value of each record."""
    files = certificate(stack, "token_vault")
    context = ssl.create_default_context(cafile=files["ca"])
    context.load_cert_chain(files["certificate"], files["private-key"])
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=stack.bootstrap,
        security_protocol="SSL",
        ssl_context=context,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        consumer_timeout_ms=3000,
    )
    try:
        return [
            ({name: text.decode() for name, text in r.headers}, r.key.decode(), r.value)
            for r in consumer
        ]
    finally:
        consumer.close()


def test_the_vault_can_open_what_the_example_published(
    clean_stack: TestStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = PrivateSealingKey.generate("example", SealingSuite.HYBRID)
    example.main(arguments(clean_stack, "resident_register", key, tmp_path))
    event_id = UUID(capsys.readouterr().out.split()[-1])

    [(headers, record_key, value)] = records_on(clean_stack, example.TOPIC)
    assert headers["ce_id"] == str(event_id)
    assert headers["ce_type"] == ResidentChange.TYPE
    change = ResidentChange.model_validate_json(value)
    assert record_key == resident_key("resident_register", change.record.addressee_number)
    assert change.sealed_number is not None
    number = open_sealed(change.sealed_number, key, sender=headers["ce_source"], event_id=event_id)
    assert number == "999900000011"
    assert number not in value.decode() + json.dumps(headers) + record_key


def test_nobody_else_may_publish_for_the_register(clean_stack: TestStack, tmp_path: Path) -> None:
    key = PrivateSealingKey.generate("example", SealingSuite.X25519)
    with pytest.raises(AuthorizationError):
        example.main(arguments(clean_stack, "identity", key, tmp_path))
