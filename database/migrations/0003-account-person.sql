-- Whose account it is, where it is one person's and not an office's. In the account's realm; accounts are reference data,
-- so no foreign key leads from them to a distributed table.
alter table accounts add column person_id bigint;
