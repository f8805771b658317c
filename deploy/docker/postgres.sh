#!/bin/sh
# Start the database server that /conf describes; its cluster is made first where there is none.
# The image's own entry point would open a socket without certificates for its set-up.
set -eu
conf=${CONF:-/conf} data=${PGDATA:-/data/cluster}
if [ ! -s "$data/PG_VERSION" ]; then
    initdb -D "$data" -U postgres -E UTF8 --locale=C --auth=reject --data-checksums \
        --no-instructions
    echo "include '$conf/postgresql.conf'" >>"$data/postgresql.conf"
fi
exec postgres -D "$data"
