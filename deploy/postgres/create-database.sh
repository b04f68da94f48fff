#!/bin/sh
# Runs once, on an empty volume: Placar's database belongs to a user that is no superuser.
set -eu
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres \
    --set=password="$(cat /run/secrets/database_password)" <<'SQL'
CREATE ROLE placar LOGIN PASSWORD :'password';
CREATE DATABASE placar OWNER placar;
REVOKE ALL ON DATABASE placar FROM PUBLIC;
SQL
