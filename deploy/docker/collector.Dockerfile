# The OpenTelemetry collector with one program more: what asks it whether it is well. Its own image
# has none. `wget` is all of busybox that can be called by that name.
#   docker build -f deploy/docker/collector.Dockerfile -t nenkin/collector .
FROM busybox:1.37-musl AS asks

FROM otel/opentelemetry-collector-contrib:0.140.0
COPY --from=asks /bin/wget /bin/wget
USER 10001:10001
