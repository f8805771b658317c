"""The AsyncAPI 3 document of the bus, made from the topics and events: who sends what where."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from contracts.events import REGISTRY, Event
from contracts.topics import SHARDS, TOPICS, Topic

PATH = Path(__file__).parent.parent / "asyncapi.json"

_KAFKA = "0.5.0"
"""Version of AsyncAPI's Kafka binding."""

_HEADERS = {
    "content-type": ("Always application/json.", {"const": "application/json"}),
    "ce_specversion": ("CloudEvents version.", {"const": "1.0"}),
    "ce_id": ("The event's id; sealed numbers are bound to it.", {"format": "uuid"}),
    "ce_source": ("The producer's name, as in its certificate.", {}),
    "ce_time": ("When it was sent, RFC 3339 with an offset.", {"format": "date-time"}),
    "ce_sequence": (
        "The producer's own count per topic and partition, EPOCH.NUMBER. Not sent by upstream.",
        {"pattern": r"^[0-9]+\.[0-9]+$"},
    ),
    "traceparent": ("W3C trace context.", {}),
}
_OPTIONAL_HEADERS = frozenset({"ce_sequence", "traceparent"})


def document() -> dict[str, Any]:
    """The whole document, as JSON data."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "National Pension back office: the bus",
            "version": "1",
            "description": (
                "Events between the resident register, the services and audit: CloudEvents 1.0"
                " in Kafka binary mode. Generated from contracts/topics.py and contracts/events;"
                " see contracts/README.md."
            ),
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS.values()},
        "operations": dict(_operations(TOPICS.values())),
        "components": {
            "messages": {type_: _message(event) for type_, event in sorted(REGISTRY.items())}
        },
    }


def events_on(topic: Topic) -> list[type[Event]]:
    """The event types that a topic carries, by name."""
    return [event for _, event in sorted(REGISTRY.items()) if event.TOPIC is topic]


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "description": topic.description,
        "messages": {
            event.TYPE: {"$ref": f"#/components/messages/{event.TYPE}"}
            for event in events_on(topic)
        },
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": SHARDS,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": int(topic.retention.total_seconds() * 1000),
                },
                "bindingVersion": _KAFKA,
            }
        },
        "x-personal-data": topic.personal_data,
    }


def _operations(topics: Iterable[Topic]) -> Iterator[tuple[str, dict[str, Any]]]:
    for topic in topics:
        for action, services in (
            ("send", topic.producers),
            ("receive", (*topic.consumers, *topic.readers)),
        ):
            for service in services:
                yield (
                    f"{service}.{action}.{topic.name}",
                    {
                        "action": action,
                        "channel": {"$ref": f"#/channels/{topic.name}"},
                        "tags": [{"name": service}],
                    },
                )


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.TYPE,
        "title": event.__name__,
        "summary": (event.__doc__ or "").partition("\n")[0],
        "contentType": "application/json",
        "headers": _headers(event),
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"./schemas/{event.TYPE}.json"},
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": event.TOPIC.key},
                "bindingVersion": _KAFKA,
            }
        },
    }


def _headers(event: type[Event]) -> dict[str, Any]:
    properties: dict[str, Any] = {
        name: {"type": "string", "description": text, **rules}
        for name, (text, rules) in _HEADERS.items()
    }
    properties["ce_source"]["enum"] = list(event.TOPIC.producers)
    properties["ce_type"] = {
        "type": "string",
        "description": "The event type and its version.",
        "const": event.TYPE,
    }
    return {
        "type": "object",
        "required": sorted(properties.keys() - _OPTIONAL_HEADERS),
        "properties": properties,
    }


def write() -> None:
    """Replace the committed document."""
    PATH.write_text(_text())


def stale() -> Iterator[str]:
    """Whether the committed document is another than the topics and events make."""
    if not PATH.exists() or PATH.read_text() != _text():
        yield f"{PATH.name} is not current: run python -m contracts asyncapi --write"


def _text() -> str:
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"
