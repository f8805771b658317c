"""A city of households for the renewal bench, made by the databases themselves: each of an
applicant whose exemption continues, a spouse, and a householder who is neither."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg

from tests.exemptions.applying import an_application

_NOBODY: Final = UUID(int=0)

# Each household: of ten applicants seven pass by income, two are over the limit, one did not
# declare; of twenty householders one did not declare.
_EXEMPTIONS: Final = (
    """
    insert into exemptions.persons (person_id, person_version, residence, birth_date, resident_kind)
    select md5('applicant' || n)::uuid, 1, $2::text::jsonb,
           jsonb_build_object('precision', 'exact', 'value', born, 'notation', born,
                              'sort_date', born), '1'
    from (select n, (date '1970-01-01' + n % 9000)::text as born from generate_series(1, $1) n) p
    """,
    """
    insert into exemptions.qualifications (person_id, timeline_version, periods, review)
    select md5('applicant' || n)::uuid, 1, $2::text::jsonb, '{}' from generate_series(1, $1) n
    """,
    """
    insert into exemptions.applications (application_id, kind, person_id, cycle, fiscal_year,
        office, receipt_number, state, submission, received_on, applied_on, accepted_by,
        accepted_at, settled_by, settled_at, acknowledged, item_id, reviewed, continues_kind,
        continues_ground)
    select md5('application' || n)::uuid, 'exemption_application', md5('applicant' || n)::uuid,
           $3::int, $3::int, 'o', n, 'settled',
           jsonb_set(jsonb_set($2::text::jsonb, '{values,spouse}',
                     to_jsonb(md5('spouse' || n)::uuid)),
                     '{values,householder}', to_jsonb(md5('householder' || n)::uuid)),
           make_date($3::int, 10, 15), make_date($3::int, 10, 15), 's001', now(), 's002', now(),
           '{}', md5('item' || n)::uuid, '[]', 'full', 'income'
    from generate_series(1, $1) n
    """,
    "vacuum analyze",
)
_IDENTITY: Final = (
    """
    insert into identity.households (household_id, system, household_number)
    select md5('household' || n)::uuid, 'resident_register', lpad(n::text, 15, '0')
    from generate_series(1, $1) n
    """,
    """
    create temp table people as
    select md5(role || n)::uuid as person_id, lpad((n * 3 + place)::text, 15, '0') as number, n,
           role, lpad(n::text, 15, '0') as household, (n * 3 + place) as serial
    from generate_series(1, $1) n,
         (values ('applicant', 0), ('spouse', 1), ('householder', 2)) r (role, place)
    """,
    """
    insert into identity.persons
        (person_id, integrated_number, individual_number_token, number_state, person_version,
         view_digest, change, changed_on, reported_on, emitted_at)
    select person_id, number, lpad(to_hex(serial), 32, '0'), 'assigned', 1, '', 'snapshot', '{}',
           current_date, now()
    from people
    """,
    """
    insert into identity.residents
        (system, addressee_number, person_id, record_version, content_digest, names_digest,
         household_id, resident_status, birth_sort, residence, linked_at, recorded_at, sex)
    select 'resident_register', number, person_id, 1, '', '', md5('household' || n)::uuid, '1',
           date '1970-01-01' + n % 9000, '{}', now(), now(), '1'
    from people
    """,
    """
    insert into identity.record_versions
        (system, addressee_number, record_version, person_id, late, change, changed_on, reported_on,
         content_digest, record, event_id, sent_at, recorded_at)
    select 'resident_register', number, 1, person_id, false, 'snapshot',
           json_build_object('precision', 'exact', 'value', '2000-04-01',
                             'notation', '2000-04-01', 'sort_date', '2000-04-01'),
           date '2000-04-01', '',
           json_build_object(
               'addressee_number', number, 'household_number', household,
               'relationship', case role when 'householder' then '["02"]'::json
                   when 'applicant' then '["20"]'::json else '["20", "12"]'::json end,
               'name', json_build_object('kanji', '試験　' || serial, 'kana', 'シケン　タロウ'),
               'birth_date', json_build_object('precision', 'exact', 'value', '1970-01-01',
                   'notation', '1970-01-01', 'sort_date', '1970-01-01'),
               'sex', case role when 'spouse' then '2' else '1' end,
               'resident_kind', '1', 'resident_status', '1',
               'address', json_build_object('text', '千葉市中央区中央１丁目' || n || '番地')),
           person_id, now(), now()
    from people
    """,
    """
    insert into identity.feed_links (system, addressee_number, state, person_id, told,
        attributes_digest, subject, record_version, kanji_key, judged_at, linked_at)
    select 'tax_system', number, 'linked', person_id, '{}', '', $1::text, 1, '', now(), now()
    from people
    """,
    """
    insert into identity.feed_records (system, addressee_number, subject, record_version,
        content_digest, attached_version)
    select 'tax_system', number, $1::text, 1, '', 1 from people
    """,
    """
    insert into identity.feed_versions (system, addressee_number, subject, record_version, late,
        change, reported_on, told, content, content_digest, event_id, sent_at, recorded_at)
    select 'tax_system', number, $1::text, 1, false, 'recorded', current_date, '{}',
           case when (role = 'applicant' and n % 10 = 9) or (role = 'householder' and n % 20 = 5)
               then ($2::text::jsonb || '{"standing": "not_declared", "income": null}')::json
               else jsonb_set($2::text::jsonb, '{income,total_income}',
                   to_jsonb(case when role = 'applicant' and n % 10 > 6 then 4000000
                       else n % 300000 end))::json
           end, '', person_id, now(), now()
    from people
    """,
    "drop table people",
    "vacuum analyze",
)
_DECLARED: Final = {
    "dependants_general": 0, "dependants_elderly": 0, "deductible_spouse": "none",
    "dependants_specified": 0, "dependants_disabled": 0, "dependants_severely_disabled": 0,
    "dependants_under_16": 1, "self_disability": "none", "self_working_student": False,
    "self_widow_or_single_parent": "none", "public_pension_receipts": 0,
    "public_pension_income": 0, "total_income": 0, "net_loss_carried": 0,
    "casualty_loss_deduction": 0, "social_insurance_deduction": 180_000, "medical_deduction": 0,
    "special_spouse_deduction": 0, "per_capita_levy": 0,
}  # fmt: skip
_UNTIL_NOW: Final = [
    {
        "category": 1, "acquired_on": "2005-03-31", "acquisition_reason": "age-20",
        "lost_on": None, "loss_reason": None,
    }
]  # fmt: skip
_HERE: Final = [
    {
        "began": {"precision": "exact", "value": "2000-04-01", "notation": "2000-04-01",
                  "sort_date": "2000-04-01"},
        "began_reason": "birth", "ended": None,
    }
]  # fmt: skip


async def settled_last_year(connection: asyncpg.Connection, households: int, cycle: int) -> None:
    """Fill the empty tables of exemptions: so many applicants whose exemption of the cycle before
    ``cycle`` was settled and continues. As the owner of the tables."""
    told: tuple[tuple[Any, ...], ...] = (
        (households, json.dumps(_HERE)),
        (households, json.dumps(_UNTIL_NOW)),
        (households, json.dumps(_form(cycle)), cycle - 1),
        (),
    )
    await _fill(connection, _EXEMPTIONS, told)


async def known_households(connection: asyncpg.Connection, households: int, cycle: int) -> None:
    """Fill the empty tables of identity: the register's households of these applicants, and the
    income of the cycle's levy year of each of their people. As the owner of the tables."""
    subject = f"income/{cycle}"
    number_of: dict[int, tuple[Any, ...]] = {
        0: (households,), 1: (households,), 5: (subject,), 6: (subject,),
        7: (subject, json.dumps(_declared(cycle))),
    }  # fmt: skip
    await _fill(connection, _IDENTITY, [number_of.get(n, ()) for n in range(len(_IDENTITY))])


async def bare_applications(connection: asyncpg.Connection, applicants: int, cycle: int) -> None:
    """The same applications for the floor, in its own table."""
    values = _form(cycle)
    await connection.execute(
        """
        insert into applications
        select md5('application' || n)::uuid, jsonb_set(jsonb_set(jsonb_set($2::text::jsonb,
                   '{values,spouse}', to_jsonb(md5('spouse' || n)::uuid)),
                   '{values,householder}', to_jsonb(md5('householder' || n)::uuid)),
                   '{person_id}', to_jsonb(md5('applicant' || n)::uuid)), false
        from generate_series(1, $1) n
        """,
        applicants,
        json.dumps(values),
    )
    await connection.execute("select pg_stat_force_next_flush()")
    await connection.execute("vacuum analyze")


async def bare_income(connection: asyncpg.Connection, applicants: int, cycle: int) -> None:
    """The same income for the floor, in its own table."""
    await connection.execute(
        """
        insert into income
        select md5(role || n)::uuid, $2::text::json
        from generate_series(1, $1) n,
             unnest(array['applicant', 'spouse', 'householder']) as role
        """,
        applicants,
        json.dumps(_declared(cycle)),
    )
    await connection.execute("select pg_stat_force_next_flush()")
    await connection.execute("vacuum analyze")


def _form(cycle: int) -> dict[str, Any]:
    handed_in = date(cycle - 1, 10, 15).isoformat()
    form: dict[str, Any] = an_application(
        _NOBODY, cycle=str(cycle - 1), applied_on=handed_in, continuing=True,
        three_quarters=False, half=False, quarter=False, spouse_status="here",
        spouse=str(_NOBODY), householder_status="here", householder=str(_NOBODY),
    )["submission"]  # fmt: skip
    return form | {"received_on": handed_in}


def _declared(cycle: int) -> dict[str, Any]:
    return {"income_year": cycle - 1, "standing": "declared", "income": _DECLARED}


async def _fill(
    connection: asyncpg.Connection, statements: Sequence[str], told: Sequence[tuple[Any, ...]]
) -> None:
    for statement, arguments in zip(statements, told, strict=True):
        if statement.startswith("vacuum"):
            # What was filled in is told to the statistics at once: told after the vacuum, it would
            # set off another in the middle of what is measured.
            await connection.execute("select pg_stat_force_next_flush()")
        if statement.lstrip().startswith("create temp"):  # takes no parameters
            await connection.execute(statement.replace("$1", str(int(arguments[0]))))
        else:
            await connection.execute(statement, *arguments, timeout=600)
