-- Whose income was corrected, or whose facts were another's, is looked for among all that was ever asked:
-- seconds for each correction in a city, a millisecond with this. It costs 3 microseconds a question.
create index application_questions_person on exemptions.application_questions (person_id);
