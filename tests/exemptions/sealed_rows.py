"""Rows that no door of exemptions makes at once: what the sealed tests put in by hand."""

CONTINUED = """
insert into exemptions.applications (application_id, kind, person_id, cycle, fiscal_year, state,
    submission, received_on, applied_on, continued_from, continued_kind, continued_ground, renewal,
    accepted_by, accepted_at)
select gen_random_uuid(), kind, person_id, 2027, 2027, 'received', submission, '2027-07-01',
    '2027-07-01', application_id, 'full', 'income', 'clear', 'renewal', now()
from exemptions.applications where application_id = $1
"""

REGISTERED = """
insert into exemptions.registered_households (application_id, registered_on, householder_outcome,
    householder_id, spouse_outcome, told_at)
select application_id, '2027-07-01', 'person', person_id, 'nobody', now()
from exemptions.applications where person_id = $1 and continued_from is not null
"""

CONSEQUENCE = """
insert into exemptions.consequences (consequence_id, person_id, entry_id, entry_kind, what, kind,
    from_month, to_month, code, sentence, article, needs_check, state, found_at)
values (gen_random_uuid(), $1, $2, 'exemption_application', 'fell_away', 'full',
    '2026-12', '2027-06', 'x', 'x', 'x', false, 'open', now())
returning consequence_id
"""

AGAIN = """
insert into exemptions.reviews_again (review_id, application_id, state, before_review, after_review,
    findings, found_at, noted_by, noted_at)
values (gen_random_uuid(), $1, 'noted', '[]', '[]', '[]', now(), 's', now())
"""

TAKEN_BACK = """
insert into exemptions.take_backs (take_back_id, entry_id, proposed_at, proposed_by, reason,
    decided_at, decided_by, agreed)
values (gen_random_uuid(), $1, now(), 's', 'x', now(), 't', false)
"""

DECIDED = """
insert into exemptions.decisions (decision_id, entry_id, item_id, outcome, decided_on, needs_work,
    recorded_at)
select gen_random_uuid(), entry_id, coalesce(item_id, entry_id), 'returned', '2026-10-15', true,
    now()
from (select entry_id, item_id from exemptions.entries where entry_id = $1
      union all select application_id, item_id from exemptions.applications
      where application_id = $2) as e
returning decision_id
"""

CORRECTED = """
with told as (
    insert into exemptions.corrections (correction_id, item_id, entry_id, processing, forwarded_on,
        medium_serial, recorded_at)
    values (gen_random_uuid(), gen_random_uuid(), $1, 'cancellation', '2026-11-15', 2, now())
    returning correction_id
)
insert into exemptions.correction_decisions (decision_id, correction_id, outcome, decided_on,
    recorded_at)
select gen_random_uuid(), correction_id, 'accepted', '2026-11-20', now() from told
"""

GIVEN_UP = """
insert into exemptions.corrections_given_up (correction_id, item_id, entry_id, processing,
    given_up_on, recorded_at)
values (gen_random_uuid(), gen_random_uuid(), $1, 'cancellation', '2026-11-15', now())
"""

NOTED = """
insert into exemptions.application_notes values (gen_random_uuid(), $1, 'appeal', '2026-10-15', 's',
    now())
"""
