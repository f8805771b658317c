#!/bin/sh
# Start the broker that /conf describes; its storage is made first where there is none.
set -eu
conf=${CONF:-/conf} data=${DATA:-/data} jars=${JARS:-/jars}
classes=$(printf '%s:' "$jars"/*.jar)
logging=-Dlog4j2.configurationFile=$conf/log4j2.properties
if [ ! -f "$data/cluster" ]; then
    java -cp "$classes" kafka.tools.StorageTool random-uuid >"$data/cluster.new"
    mv "$data/cluster.new" "$data/cluster"
fi
java -Xmx64m "$logging" -cp "$classes" kafka.tools.StorageTool \
    format --ignore-formatted -t "$(cat "$data/cluster")" -c "$conf/server.properties"
exec java -Xms"${HEAP:-512m}" -Xmx"${HEAP:-512m}" -XX:+UseG1GC "$logging" -cp "$classes" \
    kafka.Kafka "$conf/server.properties"
