-- How many items their owners hold back is shown with every batch.
create index items_held on jps_reporting.items (item_id) where held_on is not null;
