#!/bin/sh
# Starts the broker with its users' passwords hashed: the plain ones are read once and are not kept.
set -eu
umask 077

cp /run/secrets/mqtt_users /run/mosquitto/users
chmod 0600 /run/mosquitto/users
mosquitto_passwd -U /run/mosquitto/users

# The options of the health check's mosquitto_sub, which on its command line would be seen by everyone.
password=$(sed -n 's/^health://p' /run/secrets/mqtt_users)
printf '%s\n' '-u health' "-P $password" >/run/mosquitto/mosquitto_sub

cp /etc/unshub/mosquitto.acl /run/mosquitto/acl
exec mosquitto -c /etc/unshub/mosquitto.conf
