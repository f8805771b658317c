-- What JPS was taken to have decided on another's report: it counts no more, and earlier moments keep it.
alter table qualification.decisions add column taken_back_at timestamptz;
grant update (taken_back_at) on qualification.decisions to :run;
alter table qualification.correction_decisions add column taken_back_at timestamptz;
grant update (taken_back_at) on qualification.correction_decisions to :run;
alter table qualification.jps_records add column taken_back_at timestamptz;
grant update (taken_back_at) on qualification.jps_records to :run;

alter table qualification.facts drop constraint facts_kind_check;
alter table qualification.facts add constraint facts_kind_check check (
    kind in ('register', 'category', 'pension_number', 'acquisition', 'voluntary', 'old_age',
             'overseas', 'jps', 'health_insurance', 'taken_back', 'not_theirs')
) not valid;
alter table qualification.facts validate constraint facts_kind_check;

-- What was done about a return is about that one: one that JPS tells later is work again.
grant update (done, settled_by, settled_at) on qualification.returns_settled to :run;
