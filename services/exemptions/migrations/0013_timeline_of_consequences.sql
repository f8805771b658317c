-- By which timeline one was found nobody asks: it is found anew whenever a timeline is told.
alter table exemptions.consequences drop column timeline_version;
