-- One's own record asks for the entries that hold a person. Of what an entry holds only numbers are indexed: ids of people
-- and units, and what is counted; whose an id is, is asked of the entries found.
create index entries_numbers on entries using gin ((jsonb_path_query_array(data, '$.*[*] ? (@.type() == "number")')) jsonb_path_ops);

-- What is deleted has no number any more: another record may bear it.
update entries set identity = null where deleted and identity is not null;
