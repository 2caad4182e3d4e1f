-- What someone has typed and not saved yet, so that it is found again on any device. Nobody else sees it.
create table drafts (
  realm_id integer not null,
  campaign_id integer not null,
  account_id bigint not null,
  key text not null,
  content jsonb not null,
  at timestamptz not null,
  constraint drafts_pk primary key (realm_id, campaign_id, account_id, key)
);
select deploy.distribute('drafts', 'realm_id', 'units');

-- A ledger as someone wants to see it again: columns, filters and order. With a unit it is shared with those in it and
-- below it; it holds no records, and shows each reader their own.
create table views (
  realm_id integer not null,
  view_id uuid not null,
  campaign_id integer not null,
  ledger text not null,
  account_id bigint not null,
  unit_id bigint,
  name text not null,
  shown jsonb not null,
  at timestamptz not null,
  constraint views_pk primary key (realm_id, view_id)
);
create index views_ledger on views (realm_id, campaign_id, ledger);
select deploy.distribute('views', 'realm_id', 'units');

grant select, insert, update, delete on drafts, views to yibenzhang_app, yibenzhang_whole;
alter table drafts enable row level security;
alter table views enable row level security;
create policy drafts_own on drafts to yibenzhang_app, yibenzhang_whole using (realm_id = any (app_realms()) and account_id = app_actor())
  with check (realm_id = any (app_realms()) and account_id = app_actor());
create policy views_own on views to yibenzhang_app, yibenzhang_whole using (realm_id = any (app_realms()) and account_id = app_actor())
  with check (realm_id = any (app_realms()) and account_id = app_actor());
create policy views_shared on views for select to yibenzhang_app, yibenzhang_whole
  using (realm_id = any (app_realms()) and unit_id is not null);
