-- Files that belong to entries: what is told of each, and its content in parts as they arrive.
create table attachments (
  realm_id integer not null,
  attachment_id uuid not null,
  campaign_id integer not null,
  -- That of its entry, with which it moves.
  unit_id bigint not null,
  entry_id uuid not null,
  name text not null,
  -- Media type by content; empty until it is known.
  type text not null default '',
  state text not null default 'uploading' constraint attachments_state check (state in ('uploading', 'kept')),
  deleted boolean not null default false,
  -- What its sender announced, and what is kept of it: a photo loses the place where it was taken.
  sent_bytes integer not null,
  sent_sha256 text not null,
  bytes integer,
  sha256 text,
  effective_day date,
  made_at timestamptz,
  actor bigint,
  begun_at timestamptz not null,
  kept_at timestamptz,
  constraint attachments_pk primary key (realm_id, attachment_id)
);
create index attachments_entry on attachments (realm_id, entry_id);
create index attachments_unfinished on attachments (realm_id, begun_at) where state = 'uploading';
select deploy.distribute('attachments', 'realm_id', 'units');

create table attachment_parts (
  realm_id integer not null,
  attachment_id uuid not null,
  part integer not null,
  unit_id bigint not null,
  content bytea not null,
  constraint attachment_parts_pk primary key (realm_id, attachment_id, part),
  constraint attachment_parts_attachment_fk foreign key (realm_id, attachment_id) references attachments on delete cascade
);
-- Photos and office files are packed already.
alter table attachment_parts alter column content set storage external;
select deploy.distribute('attachment_parts', 'realm_id', 'units');

-- The file that an event added, took away or brought back.
alter table entry_events add column attachment_id uuid;

grant select, insert, update on attachments, attachment_parts to yibenzhang_app, yibenzhang_whole;
alter table attachments enable row level security;
alter table attachment_parts enable row level security;
create policy attachments_units on attachments to yibenzhang_app using (realm_id = any (app_realms()) and unit_id = any (app_units()))
  with check (realm_id = any (app_realms()) and unit_id = any (app_units()));
create policy attachments_realm on attachments to yibenzhang_whole using (realm_id = any (app_realms()))
  with check (realm_id = any (app_realms()));
create policy attachment_parts_units on attachment_parts to yibenzhang_app using (realm_id = any (app_realms()) and unit_id = any (app_units()))
  with check (realm_id = any (app_realms()) and unit_id = any (app_units()));
create policy attachment_parts_realm on attachment_parts to yibenzhang_whole using (realm_id = any (app_realms()))
  with check (realm_id = any (app_realms()));
