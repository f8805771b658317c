# PostgreSQL as its makers ship it, run by the user who owns its files on the volume of keys.
#   docker build -f deploy/docker/postgres.Dockerfile -t nenkin/postgres .
FROM postgres:18
RUN groupadd --gid 10001 nenkin \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin nenkin \
    && install -d -m 0700 -o 10001 -g 10001 /data
COPY deploy/docker/postgres.sh /usr/local/bin/start
USER 10001:10001
ENV PGDATA=/data/cluster
VOLUME /data
EXPOSE 5432
# Fast shutdown: sessions are ended, nothing is lost.
STOPSIGNAL SIGINT
ENTRYPOINT ["/usr/local/bin/start"]
