-- Events and audit rows sealed into a log: docs/decisions/0019-sealed-log.md.
set local citus.multi_shard_modify_mode = 'sequential';
set local citus.enable_local_reference_table_foreign_keys = off;

-- By what transaction a row came, so that new ones are found without the writer doing anything for it. Of this cluster:
-- a backup leaves such columns out.
alter table entry_events add column xid xid8 not null default pg_current_xact_id();
alter table audit add column xid xid8 not null default pg_current_xact_id();
create index entry_events_xid on entry_events using brin ((xid::text::bigint));
create index audit_xid on audit using brin ((xid::text::bigint));

-- That the program wrote a row: a code over which it is, by a key that is not in the database.
alter table entry_events add column stamp bytea;
alter table audit add column stamp bytea;
-- Of the file that an event added: its digest.
alter table entry_events add column sha256 text;

-- The log: each row adds leaves up to `size` and is a signed head. Only the log's own process asks for it, on the main
-- connection.
create table log_batches (
  size bigint constraint log_batches_pk primary key,
  from_size bigint not null,
  log_id uuid not null,
  root bytea not null,
  at timestamptz not null,
  base bigint,
  snapshot text not null,
  signature bytea not null,
  records bytea not null
);

-- Rows that were taken out lawfully: their records as the log has them, signed.
create table log_removals (
  run_id uuid not null,
  part integer not null,
  log_id uuid not null,
  at timestamptz not null,
  reason text not null,
  details text not null,
  records bytea not null,
  signature bytea not null,
  constraint log_removals_pk primary key (run_id, part)
);

drop function add_event(integer, uuid, integer, text, bigint, timestamptz, text, jsonb, text, bigint, date, text, boolean, uuid);
create function add_event(realm integer, entry uuid, version integer, action text, actor bigint, at timestamptz, reason text,
  changes jsonb, ledger text, unit bigint, day date, state text, deleted boolean, import uuid, stamp bytea) returns void
language plpgsql as $$
begin
  insert into entry_events (realm_id, entry_id, version, action, actor, at, reason, changes, ledger, unit_id, day, state, deleted, import_id, stamp)
    values (realm, entry, version, action, actor, at, reason, changes, ledger, unit, day, state, deleted, import, stamp);
end $$;

drop function add_entry(integer, uuid, integer, text, bigint, date, text, jsonb, uuid, integer, bigint, timestamptz);
create function add_entry(realm integer, entry uuid, campaign integer, ledger text, unit bigint, day date, state text,
  data jsonb, identity uuid, pack integer, actor bigint, at timestamptz, stamp bytea) returns void
language plpgsql as $$
begin
  insert into entries (realm_id, entry_id, campaign_id, ledger, unit_id, day, state, data, version, identity, pack_id, created_at, updated_at)
    values (realm, entry, campaign, ledger, unit, day, state, data, 1, identity, pack, at, at);
  insert into entry_events (realm_id, entry_id, version, action, actor, at, changes, ledger, unit_id, day, state, stamp)
    values (realm, entry, 1, 'record', actor, at, data, ledger, unit, day, state, stamp);
end $$;

drop function add_audit(integer, timestamptz, bigint, text, bigint, text, text, jsonb);
create function add_audit(realm integer, at timestamptz, actor bigint, action text, unit bigint, subject text, result text, details jsonb,
  stamp bytea) returns void
language plpgsql as $$
begin
  insert into audit (realm_id, at, actor, action, unit_id, subject, result, details, stamp)
    values (realm, at, actor, action, unit, subject, result, details, stamp);
end $$;
