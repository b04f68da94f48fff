# One image for every role: web, relay, dead-letter consumer, worker, beat, Flower, metrics.

FROM python:3.11-slim-bookworm AS build
COPY backend/requirements.lock /tmp/
# Without pip, which nothing needs at run time. What is not on the lock file's list of hashes is not installed.
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --no-cache-dir --require-hashes -r /tmp/requirements.lock
# The libraries' own tests, and Django's words in languages that nobody can choose: a fifth of the size.
RUN find /venv -type d -name tests -prune -exec rm -rf {} + \
    && find /venv -path '*/django/*/locale/*' -mindepth 1 -type d -name '[a-z]*' \
        -not -name LC_MESSAGES -not -name 'en*' -not -name 'pt*' -prune -exec rm -rf {} + \
    && find /venv \( -name '*.po' -o -name '*.pyi' \) -delete
ENV PATH=/venv/bin:$PATH
COPY backend /app/backend
WORKDIR /app/backend
# The key signs nothing: the settings want one. Bytecode now, since the file system is read-only later.
RUN DATABASE_URL=sqlite://:memory: SECRET_KEY=of-the-build-alone-it-signs-nothing-and-stays-in-no-layer \
        python manage.py collectstatic --noinput --skip-checks \
    && python -m compileall -q . \
    # Also of a clone that only its owner can read.
    && chmod -R a+rX /app

FROM python:3.11-slim-bookworm
ARG VERSION=dev
LABEL org.opencontainers.image.title="Placar" \
      org.opencontainers.image.description="Ranks events asynchronously and loses nothing" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION"
# Signs of life are files (delivery.heartbeat), on a file system in memory.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HEARTBEAT_DIR=/tmp/signs-of-life
# A number that stays the same, for file systems and orchestrators that know no names.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin placar
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app/backend
USER 10001:10001
EXPOSE 8000
# Each role is one process without a shell in front: signals reach it, and its exit code is the container's.
CMD ["gunicorn", "config.wsgi", "--config=config/gunicorn.py"]
