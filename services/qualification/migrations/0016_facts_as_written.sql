-- Nothing here looks into a fact: it is read whole, by the domain. So it is kept as it was written,
-- and the database need not take it apart for every row and put it together again.
set local statement_timeout = 0;
alter table qualification.facts alter column body type json using body::text::json;
