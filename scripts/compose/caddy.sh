#!/bin/sh
# Starts the proxy with the hash of the password that it asks for.
set -eu
# caddy takes a whole line only, and the file's last one may have no end. A password of 192 random bits can't be guessed,
# so the hash need not be slow: each wrong one costs 0.05 s of a processor and not a second.
WEB_PASSWORD_HASH=$(printf '%s\n' "$(cat /run/secrets/web_password)" | caddy hash-password --bcrypt-cost 10)
export WEB_PASSWORD_HASH
exec caddy run --config /etc/unshub/Caddyfile --adapter caddyfile
