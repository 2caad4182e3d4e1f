-- The audit as it is read: from each realm, by whoever acted, by what was done, by what it was about and by unit, each in
-- order of time, so that a page costs the same however long the audit is.
create index audit_actor on audit (realm_id, actor, at);
create index audit_action on audit (realm_id, action, at);
create index audit_unit on audit (realm_id, unit_id, at);
create index audit_subject on audit (realm_id, subject, at);
create index audit_number on audit (realm_id, (details->>'number'), at) where details->>'number' is not null;
create index audit_refused on audit (realm_id, at) where result <> 'ok';
create index audit_of_auditors on audit (realm_id, at) where details->>'role' = 'auditor';
