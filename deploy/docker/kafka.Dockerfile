# Kafka from the same locked jars as the embedded stack.
#   docker build -f deploy/docker/kafka.Dockerfile -t nenkin/kafka .
# The service's image of the same build, whatever it is tagged.
# hadolint ignore=DL3006
FROM nenkin/service AS jars
RUN HOME=/tmp NENKIN_LOCAL=/tmp/local python -m deploy.local.artifacts kafka /tmp/jars

FROM eclipse-temurin:21-jre
RUN groupadd --gid 10001 nenkin \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin nenkin \
    && install -d -o 10001 -g 10001 /data
COPY --from=jars --chown=0:0 /tmp/jars /jars
COPY deploy/docker/kafka.sh /usr/local/bin/kafka
USER 10001:10001
VOLUME /data
EXPOSE 9092
CMD ["kafka"]
