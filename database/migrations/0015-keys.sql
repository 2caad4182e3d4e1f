-- What tells a version of the key ring from another of the same number. The ring itself lies outside of the database.
create table key_checks (
  version integer constraint key_checks_pk primary key,
  value text not null,
  made_at timestamptz not null
);

-- How entries of a ledger are stored: under which fields encrypted, with which version of the key. A ledger that differs
-- from what the pack and the ring ask for now is gone through by a job; one without a row has never held anything encrypted.
create table encrypted_ledgers (
  realm_id integer not null,
  campaign_id integer not null,
  ledger text not null,
  stored text not null,
  constraint encrypted_ledgers_pk primary key (realm_id, campaign_id, ledger)
);
select deploy.distribute('encrypted_ledgers', 'realm_id', 'units');
