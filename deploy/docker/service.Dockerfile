# One image for every service and for the jobs that prepare the servers.
#   docker build -f deploy/docker/service.Dockerfile -t nenkin/service .
FROM python:3.12-slim AS packages
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv /app/.venv \
    && /app/.venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.12-slim
# /house: a new volume takes its owner from here, so that the job `files` need not be root.
RUN groupadd --gid 10001 nenkin \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin nenkin \
    && install -d -m 0700 -o 10001 -g 10001 /house
WORKDIR /app
COPY --from=packages /app/.venv /app/.venv
COPY contracts contracts
COPY services services
COPY deploy deploy
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MALLOC_ARENA_MAX=2
USER 10001:10001
# NENKIN_SERVICE says which one; everything it is told comes from its environment.
CMD ["sh", "-c", "exec python -m services.$NENKIN_SERVICE run"]
