-- By what is renewed, and not from what: to find whether something continues an application, the planner
-- read this whole index for each, as long as it was nearly empty when it was last looked at.
drop index exemptions.applications_renewed;
create index applications_renewed on exemptions.applications (cycle, sequence)
    where continued_kind is not null;
