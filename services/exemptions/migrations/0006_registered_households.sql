-- Who householder and spouse of a continuing applicant are by the resident register on the day of the
-- review (規則77条3項・77条の5第3項): what the renewal compares with what was stated. Kept beyond the
-- review: next year's compares with it.
create table exemptions.registered_households (
    application_id      uuid primary key references exemptions.applications,
    registered_on       date not null,
    refusal             text,
    householder_outcome text check (householder_outcome in ('person', 'nobody', 'uncertain')),
    householder_id      uuid,
    spouse_outcome      text check (spouse_outcome in ('person', 'nobody', 'uncertain')),
    spouse_id           uuid,
    told_at             timestamptz not null,
    check ((householder_id is not null) = (householder_outcome is not distinct from 'person')),
    check ((spouse_id is not null) = (spouse_outcome is not distinct from 'person')),
    check ((refusal is not null) = (householder_outcome is null)),
    check ((refusal is not null) = (spouse_outcome is null))
);
grant select, insert on exemptions.registered_households to :run;
grant update (registered_on, refusal, householder_outcome, householder_id, spouse_outcome, spouse_id,
              told_at) on exemptions.registered_households to :run;

-- Where the register names somebody hidden the row is not there, as if the register had not told: the
-- review then asks, as of everybody of whom the register does not tell.
select bus.put_filter('exemptions.registered_households', $$
    exists (select from exemptions.applications o
            where o.application_id = exemptions.registered_households.application_id)
    and not exists (select from bus.hidden h where h.hidden and h.person_id in (
        exemptions.registered_households.householder_id,
        exemptions.registered_households.spouse_id))
$$);
