-- An import that its sender took back as a whole: what it had brought is deleted or as it was before.
alter table imports add column undone_at timestamptz;
alter table imports add column undone_by bigint;
