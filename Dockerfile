# One image for every process of the office; docker-compose.yml names the commands.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /office

# With --build-arg LOCK=requirements-celery.lock the queue may be at a broker (BROKER_URL).
ARG LOCK=requirements.lock
COPY requirements.lock requirements-celery.lock ./
RUN pip install --no-cache-dir --no-deps --require-hashes --requirement $LOCK

RUN useradd --system --home-dir /office office && mkdir -p var/mail books && chown office var var/mail books
COPY manage.py ./
COPY motooffice ./motooffice
COPY orders ./orders
COPY templates ./templates
COPY static ./static

USER office
# Static files get their hashed names here; the key signs nothing that outlives this line.
RUN SECRET_KEY=only-while-the-image-is-built DATABASE_URL=sqlite:// \
    python manage.py collectstatic --noinput --verbosity 0

EXPOSE 8000
CMD ["gunicorn", "motooffice.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "32", \
     "--timeout", "90", "--graceful-timeout", "60"]
