-- What JPS was taken to have decided on another's entry: it counts no more.
alter table exemptions.decisions add column taken_back_at timestamptz;
grant update (taken_back_at) on exemptions.decisions to :run;
