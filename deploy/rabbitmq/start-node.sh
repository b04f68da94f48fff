#!/bin/sh
# Erlang wants its cookie in a file that is the node's alone; a secret is mounted with its owner on the host.
set -eu
umask 077
cookie=/var/lib/rabbitmq/.erlang.cookie
cat /run/secrets/erlang_cookie >"$cookie.new"
mv -f "$cookie.new" "$cookie"
exec docker-entrypoint.sh rabbitmq-server
