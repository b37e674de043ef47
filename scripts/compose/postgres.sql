-- Runs once, when the database is made. The hub's role owns its database and is no superuser.
\set password `cat /run/secrets/journal_password`
CREATE ROLE unshub LOGIN PASSWORD :'password';
CREATE DATABASE unshub OWNER unshub;
REVOKE ALL ON DATABASE unshub FROM PUBLIC;
