# Kafka from the same locked jars as the embedded stack.
#   docker build -f deploy/images/kafka.Dockerfile -t nenkin/kafka .
FROM nenkin/service AS jars
USER 0
RUN python -m deploy.local.artifacts kafka /jars

FROM eclipse-temurin:21-jre
RUN groupadd --gid 10001 nenkin \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin nenkin \
    && install -d -o 10001 -g 10001 /data
COPY --from=jars /jars /jars
COPY deploy/images/kafka.sh /usr/local/bin/kafka
USER 10001:10001
VOLUME /data
EXPOSE 9092
CMD ["kafka"]
