"""Every topic of the bus, declared once.

Topic creation, access rules (ACLs), the AsyncAPI document and the chassis' subscriptions are all
made from ``TOPICS``: who is not named here as producer or consumer cannot write or read.

Kafka is transport, not archive: a topic that bears personal data keeps it 14 days at most and is
never compacted (controls C33, C41).
"""

import zlib
from dataclasses import dataclass
from datetime import timedelta

SHARDS = 6
"""Partitions of every topic. The same number everywhere, so that a person's events have the same
partition number on every topic keyed by person: their shard."""

SERVICES = (
    "token_vault",
    "identity",
    "qualification",
    "exemptions",
    "claims",
    "jps_reporting",
    "audit",
    "gateway",
)
"""The house's services. A name is a certificate, a Kafka principal, a group and a database."""

UPSTREAM_REGISTER = "resident_register"
"""The resident register system (既存住基システム) as a principal on the bus."""
UPSTREAM_TAX = "tax_system"
"""個人住民税: income as the levy knows it."""
UPSTREAM_WELFARE = "welfare_system"
"""生活保護 and 障害者手帳."""
UPSTREAM_HEALTH_INSURANCE = "health_insurance_system"
"""国民健康保険."""
UPSTREAM_LONG_TERM_CARE = "long_term_care_system"
"""介護保険."""

UPSTREAM = frozenset(
    {
        UPSTREAM_REGISTER,
        UPSTREAM_TAX,
        UPSTREAM_WELFARE,
        UPSTREAM_HEALTH_INSURANCE,
        UPSTREAM_LONG_TERM_CARE,
    }
)
"""Systems outside the house that publish to it. They number no events: offsets stand in."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: what it carries, who may write it, who may read it, how long it is kept."""

    name: str
    key: str
    """What the record key is, in words. Never a number that means something outside."""
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    retention: timedelta
    personal_data: bool
    description: str
    readers: tuple[str, ...] = ()
    """Systems outside the house that read it. How far they are is theirs to know."""

    @property
    def from_upstream(self) -> bool:
        """Whether its senders are systems outside the house."""
        return not UPSTREAM.isdisjoint(self.producers)


def shard_of(key: str) -> int:
    """The partition that events with this key go to, on every topic that a service writes.

    CRC-32 rather than Kafka's own hash: it is in every standard library and in C here. Upstream
    may use its client's partitioner; nothing relies on where upstream puts a key, only on the same
    key always going to the same place.
    """
    return zlib.crc32(key.encode()) % SHARDS


_WEEK = timedelta(days=7)

INBOUND_RESIDENTS = Topic(
    name="inbound.residents",
    key="digest of source and addressee number (contracts.keys.resident_key)",
    producers=(UPSTREAM_REGISTER,),
    consumers=("token_vault",),
    retention=_WEEK,
    personal_data=True,
    description="Resident changes from the resident register, the individual number sealed.",
)
RESIDENTS_TOKENISED = Topic(
    name="residents.tokenised",
    key="as on inbound.residents",
    producers=("token_vault",),
    consumers=("identity",),
    retention=_WEEK,
    personal_data=True,
    description="The same changes with a random token in place of the individual number.",
)
NUMBERS_QUESTIONS = Topic(
    name="numbers.questions",
    key="question id",
    producers=("token_vault",),
    consumers=("identity",),
    retention=timedelta(days=2),
    personal_data=True,
    description="The vault asks which tokens that staff entered are borne by nobody (C28).",
)
NUMBERS_ANSWERS = Topic(
    name="numbers.answers",
    key="question id",
    producers=("identity",),
    consumers=("token_vault",),
    retention=timedelta(days=2),
    personal_data=True,
    description="Identity's answers to the vault: the tokens that nobody bears, to be erased.",
)
INBOUND_INCOME = Topic(
    name="inbound.income",
    key="digest of source and addressee number (contracts.keys.resident_key)",
    producers=(UPSTREAM_TAX,),
    consumers=("identity",),
    retention=_WEEK,
    personal_data=True,
    description="Income records (所得情報) from the tax system, a levy year at a time.",
)
INBOUND_WELFARE = Topic(
    name="inbound.welfare",
    key="digest of source and addressee number (contracts.keys.resident_key)",
    producers=(UPSTREAM_WELFARE,),
    consumers=("identity",),
    retention=_WEEK,
    personal_data=True,
    description="生活保護 and 障害者手帳 of a person, whole, from the welfare system.",
)
INBOUND_HEALTH_INSURANCE = Topic(
    name="inbound.health_insurance",
    key="digest of source and addressee number (contracts.keys.resident_key)",
    producers=(UPSTREAM_HEALTH_INSURANCE,),
    consumers=("identity",),
    retention=_WEEK,
    personal_data=True,
    description="When somebody was insured by 国民健康保険, whole.",
)
INBOUND_LONG_TERM_CARE = Topic(
    name="inbound.long_term_care",
    key="digest of source and addressee number (contracts.keys.resident_key)",
    producers=(UPSTREAM_LONG_TERM_CARE,),
    consumers=("identity",),
    retention=_WEEK,
    personal_data=True,
    description="When somebody was insured by 介護保険, whole.",
)
INBOUND_SUPPORT_MEASURES = Topic(
    name="inbound.support_measures",
    key="digest of source and the measure's number (contracts.keys.resident_key)",
    producers=(UPSTREAM_REGISTER,),
    consumers=("identity",),
    retention=_WEEK,
    personal_data=True,
    description="支援措置 as the register knows them: who is to be hidden, and how each stands.",
)
PERSONS_EVENTS = Topic(
    name="persons.events",
    key="person id",
    producers=("identity",),
    consumers=("qualification", "exemptions", "claims"),
    retention=_WEEK,
    personal_data=True,
    description="What eligibility needs to know of a person, whole, after each change.",
)
PERSONS_MERGES = Topic(
    name="persons.merges",
    key="person id",
    producers=("identity",),
    consumers=("qualification", "exemptions", "claims", "jps_reporting", "audit"),
    retention=_WEEK,
    personal_data=True,
    description="Which persons were found to be one, and which to be two after all.",
)
PERSONS_BLOCKS = Topic(
    name="persons.blocks",
    key="person id",
    producers=("identity",),
    consumers=("qualification", "exemptions", "claims", "jps_reporting"),
    retention=_WEEK,
    personal_data=True,
    description="What is stopped for whom (抑止): kind, since when, and until when it is released.",
)
PERSONS_FACTS = Topic(
    name="persons.facts",
    key="person id",
    producers=("identity",),
    consumers=("qualification", "exemptions"),
    retention=_WEEK,
    personal_data=True,
    description="Of whom facts were told that are not theirs: a person id and the system.",
)
PERSONS_SIGHT = Topic(
    name="persons.sight",
    key="person id",
    producers=("identity",),
    consumers=("qualification", "exemptions", "claims", "jps_reporting", "audit"),
    retention=_WEEK,
    personal_data=True,
    description="Who is hidden from staff without the right (支援措置): a person id and no more. A "
    "topic of its own, so that no bulk load of person events delays it.",
)
QUALIFICATION_EVENTS = Topic(
    name="qualification.events",
    key="person id",
    producers=("qualification",),
    consumers=("exemptions", "claims", "jps_reporting"),
    retention=_WEEK,
    personal_data=True,
    description="Qualification timelines as they change, and what of them is to be reported.",
)
EXEMPTIONS_EVENTS = Topic(
    name="exemptions.events",
    key="person id",
    producers=("exemptions",),
    consumers=("jps_reporting",),
    retention=_WEEK,
    personal_data=True,
    description="Additional premium and exemption records, and what of them is to be reported.",
)
CLAIMS_EVENTS = Topic(
    name="claims.events",
    key="person id",
    producers=("claims",),
    consumers=("jps_reporting",),
    retention=_WEEK,
    personal_data=True,
    description="Claims received and examined, to be sent on to JPS.",
)
JPS_EVENTS = Topic(
    name="jps.events",
    key="person id",
    producers=("jps_reporting",),
    consumers=("qualification", "exemptions", "claims"),
    retention=_WEEK,
    personal_data=True,
    description="What became of a report item: forwarded, decided by JPS; and JPS's records.",
)
LINKAGE_REQUESTS = Topic(
    name="linkage.requests",
    key="person id",
    producers=("jps_reporting", "exemptions", "claims", "qualification"),
    consumers=("identity",),
    retention=_WEEK,
    personal_data=True,
    description="A service asks for items it does not own, naming purpose and person (C11).",
)
LINKAGE_REPLIES_JPS_REPORTING = Topic(
    name="linkage.replies.jps_reporting",
    key="person id",
    producers=("identity",),
    consumers=("jps_reporting",),
    retention=timedelta(days=2),
    personal_data=True,
    description="Identity's answers to jps_reporting, and to nobody else.",
)
LINKAGE_REPLIES_EXEMPTIONS = Topic(
    name="linkage.replies.exemptions",
    key="person id",
    producers=("identity",),
    consumers=("exemptions",),
    retention=timedelta(days=2),
    personal_data=True,
    description="Identity's answers to exemptions alone, and of whom it has reason to ask anew.",
)
LINKAGE_REPLIES_CLAIMS = Topic(
    name="linkage.replies.claims",
    key="person id",
    producers=("identity",),
    consumers=("claims",),
    retention=timedelta(days=2),
    personal_data=True,
    description="Identity's answers to claims, and to nobody else.",
)
LINKAGE_REPLIES_QUALIFICATION = Topic(
    name="linkage.replies.qualification",
    key="person id",
    producers=("identity",),
    consumers=("qualification",),
    retention=timedelta(days=2),
    personal_data=True,
    description="Identity's answers to qualification, and to nobody else.",
)
QUALIFICATION_COLUMNS = Topic(
    name="qualification.columns",
    key="person id",
    producers=("qualification",),
    consumers=("identity",),
    retention=_WEEK,
    personal_data=True,
    description="年金資格: the resident register's five columns on the pension, as they change.",
)
OUTBOUND_RESIDENT_REGISTER = Topic(
    name="outbound.resident_register",
    key="digest of source and addressee number (contracts.keys.resident_key)",
    producers=("identity",),
    consumers=(),
    readers=(UPSTREAM_REGISTER,),
    retention=_WEEK,
    personal_data=True,
    description="年金資格 of a resident by the register's own 宛名番号, back to the register.",
)
AUDIT_EVENTS = Topic(
    name="audit.events",
    key="person id where there is one, else the recording service's name; of many the first's",
    producers=SERVICES,
    consumers=("audit",),
    retention=timedelta(days=14),
    personal_data=True,
    description="Every access, decision and provision, to be kept by audit (C18, C23).",
)

TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        INBOUND_RESIDENTS,
        RESIDENTS_TOKENISED,
        NUMBERS_QUESTIONS,
        NUMBERS_ANSWERS,
        INBOUND_INCOME,
        INBOUND_WELFARE,
        INBOUND_HEALTH_INSURANCE,
        INBOUND_LONG_TERM_CARE,
        INBOUND_SUPPORT_MEASURES,
        PERSONS_EVENTS,
        PERSONS_BLOCKS,
        PERSONS_FACTS,
        PERSONS_SIGHT,
        PERSONS_MERGES,
        QUALIFICATION_EVENTS,
        EXEMPTIONS_EVENTS,
        CLAIMS_EVENTS,
        JPS_EVENTS,
        LINKAGE_REQUESTS,
        LINKAGE_REPLIES_JPS_REPORTING,
        LINKAGE_REPLIES_EXEMPTIONS,
        LINKAGE_REPLIES_CLAIMS,
        LINKAGE_REPLIES_QUALIFICATION,
        QUALIFICATION_COLUMNS,
        OUTBOUND_RESIDENT_REGISTER,
        AUDIT_EVENTS,
    )
}


def consumed_by(service: str) -> tuple[Topic, ...]:
    """The topics that this service reads."""
    return tuple(topic for topic in TOPICS.values() if service in topic.consumers)


def produced_by(service: str) -> tuple[Topic, ...]:
    """The topics that this service writes."""
    return tuple(topic for topic in TOPICS.values() if service in topic.producers)
