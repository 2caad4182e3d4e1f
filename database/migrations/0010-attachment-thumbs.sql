-- A photo small enough to stand in a list, so that a list of photos need not bring them whole to a phone.
alter table attachments add column thumb bytea;
