-- Documents that people write: text as a sequence of changes that merge in any order, and the report it became.

-- `unit_id`: whose document it is; `about_unit_id`: whose figures are in it. `snapshot` is all changes up to `snapshot_seq` in
-- one. `final`: the document as it was given out; `ledgers`: what its finisher could read of what is in it.
create table documents (
  realm_id integer not null,
  document_id uuid not null,
  campaign_id integer not null,
  unit_id bigint not null,
  about_unit_id bigint not null,
  template text,
  kind text not null,
  title text not null,
  from_day date not null,
  to_day date not null,
  state text not null default 'draft' constraint documents_state check (state in ('draft', 'final')),
  seq integer not null default 0,
  snapshot bytea,
  snapshot_seq integer not null default 0,
  report_id uuid,
  final jsonb,
  ledgers text[] not null default '{}',
  source_id uuid,
  reason text,
  author bigint,
  author_name text not null,
  created_at timestamptz not null,
  updated_by text not null,
  updated_at timestamptz not null,
  constraint documents_pk primary key (realm_id, document_id)
);
create index documents_updated on documents (realm_id, campaign_id, updated_at);
alter table documents add constraint documents_unit_fk foreign key (realm_id, unit_id) references units;
alter table documents add constraint documents_about_fk foreign key (realm_id, about_unit_id) references units;
select deploy.distribute('documents', 'realm_id', 'units');

create table document_updates (
  realm_id integer not null,
  document_id uuid not null,
  seq integer not null,
  unit_id bigint not null,
  change bytea not null,
  actor bigint,
  at timestamptz not null,
  constraint document_updates_pk primary key (realm_id, document_id, seq)
);
alter table document_updates add constraint document_updates_document_fk foreign key (realm_id, document_id) references documents;
select deploy.distribute('document_updates', 'realm_id', 'units');

-- Who has a document open, and where in it.
create table document_presence (
  realm_id integer not null,
  document_id uuid not null,
  account_id bigint not null,
  unit_id bigint not null,
  name text not null,
  place text,
  seen_at timestamptz not null,
  constraint document_presence_pk primary key (realm_id, document_id, account_id)
);
alter table document_presence add constraint document_presence_document_fk foreign key (realm_id, document_id) references documents;
select deploy.distribute('document_presence', 'realm_id', 'units');

grant select, insert, update on documents, document_presence to yibenzhang_app, yibenzhang_whole;
grant select, insert on document_updates to yibenzhang_app, yibenzhang_whole;

alter table documents enable row level security;
alter table document_updates enable row level security;
alter table document_presence enable row level security;
create policy documents_units on documents to yibenzhang_app using (realm_id = any (app_realms()) and unit_id = any (app_units()))
  with check (realm_id = any (app_realms()) and unit_id = any (app_units()));
create policy documents_realm on documents to yibenzhang_whole using (realm_id = any (app_realms()))
  with check (realm_id = any (app_realms()));
create policy document_updates_units on document_updates to yibenzhang_app using (realm_id = any (app_realms()) and unit_id = any (app_units()))
  with check (realm_id = any (app_realms()) and unit_id = any (app_units()));
create policy document_updates_realm on document_updates to yibenzhang_whole using (realm_id = any (app_realms()))
  with check (realm_id = any (app_realms()));
create policy document_presence_units on document_presence to yibenzhang_app using (realm_id = any (app_realms()) and unit_id = any (app_units()))
  with check (realm_id = any (app_realms()) and unit_id = any (app_units()));
create policy document_presence_realm on document_presence to yibenzhang_whole using (realm_id = any (app_realms()))
  with check (realm_id = any (app_realms()));
