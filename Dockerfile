# One image for every role: web, relay, worker, beat.
FROM python:3.11-slim-bookworm AS build
# A virtual environment of its own can be copied into the final stage as it is.
RUN python -m venv /venv
COPY backend/requirements.lock /tmp/
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/requirements.lock

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --create-home placar
COPY --from=build /venv /venv
COPY --chown=placar . /app
WORKDIR /app/backend
RUN SECRET_KEY=for-collectstatic-only python manage.py collectstatic --noinput && mkdir -p /app/var && chown -R placar /app/var
USER placar
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--config=config/gunicorn.py"]
