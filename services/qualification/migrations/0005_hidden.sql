-- Sealed means absent: what is about somebody hidden is not there for who lacks the right.
select bus.hide('qualification.persons', 'person_id');
select bus.hide('qualification.facts', 'person_id');
select bus.hide('qualification.transitions', 'person_id');
select bus.hide('qualification.notices', 'person_id');
select bus.hide_with('qualification.notice_documents', 'qualification.notices', 'notice_id');
