-- The audit as it is read: from each realm, by whoever acted, by what was done, by what it was about and by unit, each in
-- order of time, so that a page costs the same however long the audit is.
create index audit_actor on audit (realm_id, actor, at);
create index audit_action on audit (realm_id, action, at);
create index audit_unit on audit (realm_id, unit_id, at);
create index audit_subject on audit (realm_id, subject, at);
create index audit_number on audit (realm_id, (details->>'number'), at) where details->>'number' is not null;
create index audit_refused on audit (realm_id, at) where result <> 'ok';
create index audit_of_auditors on audit (realm_id, at) where details->>'role' = 'auditor';

-- What a person says to a record that names them: each saying stays as it was, the last one counts. `entry_version` is the
-- version of the record that it answers, `unit_id` that of the record, with which it moves.
create table responses (
  realm_id integer not null,
  entry_id uuid not null,
  person_id bigint not null,
  version integer not null,
  campaign_id integer not null,
  ledger text not null,
  unit_id bigint not null,
  entry_version integer not null,
  words text not null,
  actor bigint not null,
  at timestamptz not null,
  constraint responses_pk primary key (realm_id, entry_id, person_id, version)
);
create index responses_person on responses (realm_id, person_id);
select deploy.distribute('responses', 'realm_id', 'units');

-- What a person asks to have put right in a record that names them.
create table corrections (
  realm_id integer not null,
  correction_id uuid not null,
  campaign_id integer not null,
  ledger text not null,
  unit_id bigint not null,
  entry_id uuid not null,
  person_id bigint not null,
  field text not null,
  wanted text not null,
  why text not null,
  evidence text not null,
  state text not null constraint corrections_state
    check (state in ('asked', 'accepted', 'declined', 'review', 'corrected', 'upheld', 'withdrawn')),
  -- Until when it is to be answered.
  due_day date not null,
  constraint corrections_pk primary key (realm_id, correction_id)
);
create unique index corrections_open on corrections (realm_id, entry_id, person_id, field) where state in ('asked', 'review');
create index corrections_entry on corrections (realm_id, entry_id);
create index corrections_person on corrections (realm_id, person_id);
create index corrections_waiting on corrections (realm_id, campaign_id, unit_id) where state in ('asked', 'review');
select deploy.distribute('corrections', 'realm_id', 'units');

-- How it went on: asked, answered, put to the unit above, answered for good.
create table correction_steps (
  realm_id integer not null,
  correction_id uuid not null,
  seq integer not null,
  entry_id uuid not null,
  ledger text not null,
  unit_id bigint not null,
  step text not null,
  words text,
  actor bigint not null,
  at timestamptz not null,
  constraint correction_steps_pk primary key (realm_id, correction_id, seq)
);
alter table correction_steps add constraint correction_steps_correction_fk foreign key (realm_id, correction_id) references corrections;
select deploy.distribute('correction_steps', 'realm_id', 'units');

-- The person's own words come by the owner, after it is checked that the record names them: it may be of another unit.
grant select on responses, corrections, correction_steps to yibenzhang_app, yibenzhang_whole, yibenzhang_named;
grant insert on correction_steps to yibenzhang_app, yibenzhang_whole, yibenzhang_named;
grant update (unit_id) on responses, correction_steps to yibenzhang_app, yibenzhang_whole, yibenzhang_named;
grant update (unit_id, state, due_day) on corrections to yibenzhang_app, yibenzhang_whole, yibenzhang_named;
alter table responses enable row level security;
alter table corrections enable row level security;
alter table correction_steps enable row level security;
create policy responses_units on responses to yibenzhang_app
  using (realm_id = any (app_realms()) and unit_id = any (app_units()) and ledger = any (app_ledgers()))
  with check (realm_id = any (app_realms()) and unit_id = any (app_units()) and ledger = any (app_ledgers()));
create policy responses_realm on responses to yibenzhang_whole
  using (realm_id = any (app_realms()) and ledger = any (app_ledgers()))
  with check (realm_id = any (app_realms()) and ledger = any (app_ledgers()));
create policy responses_named on responses to yibenzhang_named
  using (realm_id = any (app_realms()) and entry_id = any (app_entries()) and ledger = any (app_ledgers()))
  with check (realm_id = any (app_realms()) and entry_id = any (app_entries()) and ledger = any (app_ledgers()));
create policy corrections_units on corrections to yibenzhang_app
  using (realm_id = any (app_realms()) and unit_id = any (app_units()) and ledger = any (app_ledgers()))
  with check (realm_id = any (app_realms()) and unit_id = any (app_units()) and ledger = any (app_ledgers()));
create policy corrections_realm on corrections to yibenzhang_whole
  using (realm_id = any (app_realms()) and ledger = any (app_ledgers()))
  with check (realm_id = any (app_realms()) and ledger = any (app_ledgers()));
create policy corrections_named on corrections to yibenzhang_named
  using (realm_id = any (app_realms()) and entry_id = any (app_entries()) and ledger = any (app_ledgers()))
  with check (realm_id = any (app_realms()) and entry_id = any (app_entries()) and ledger = any (app_ledgers()));
create policy correction_steps_units on correction_steps to yibenzhang_app
  using (realm_id = any (app_realms()) and unit_id = any (app_units()) and ledger = any (app_ledgers()))
  with check (realm_id = any (app_realms()) and unit_id = any (app_units()) and ledger = any (app_ledgers()));
create policy correction_steps_realm on correction_steps to yibenzhang_whole
  using (realm_id = any (app_realms()) and ledger = any (app_ledgers()))
  with check (realm_id = any (app_realms()) and ledger = any (app_ledgers()));
create policy correction_steps_named on correction_steps to yibenzhang_named
  using (realm_id = any (app_realms()) and entry_id = any (app_entries()) and ledger = any (app_ledgers()))
  with check (realm_id = any (app_realms()) and entry_id = any (app_entries()) and ledger = any (app_ledgers()));
