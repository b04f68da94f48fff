"""The part of the settings that says where the database is, and when a connection to it is given up.

https://docs.djangoproject.com/en/5.2/ref/databases/
"""

from config.environment import PROJECT_DIR, env, url

# PostgreSQL by DATABASE_URL; without it one SQLite file, so that a first start needs no server.
SQLITE_FILE = PROJECT_DIR / "var" / "placar.sqlite3"
DATABASE = env.db_url_config(url("DATABASE_URL", "DATABASE_PASSWORD", default=f"sqlite:///{SQLITE_FILE}"))
DATABASES = {"default": DATABASE}
# A connection for each request and each task costs more than the work itself; the health check drops dead ones.
DATABASE["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASE["CONN_HEALTH_CHECKS"] = True
if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    if DATABASE["NAME"] == str(SQLITE_FILE):
        SQLITE_FILE.parent.mkdir(exist_ok=True)
    # With SQLite's defaults concurrent writers fail with "database is locked": WAL lets readers go on during a write,
    # IMMEDIATE takes the write lock at the start of a transaction, where waiting (20 s) is possible.
    DATABASE["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }
else:
    # A host that vanishes without a word, as one that lost its power does, ends no connection: by themselves requests
    # and workers would wait for it for a quarter of an hour, and a relay that listens for two hours. What DATABASE_URL
    # says of these wins. https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-PARAMKEYWORDS
    DATABASE["OPTIONS"] = {
        "connect_timeout": 10,  # seconds, for each address of the host
        "keepalives_idle": 30,  # seconds without a word until the other side is asked whether it is there
        "keepalives_interval": 10,  # seconds between two questions
        "keepalives_count": 3,  # of them without an answer, and it is gone
        "tcp_user_timeout": 60_000,  # milliseconds for which what was sent may stay without any sign that it came
        **DATABASE.get("OPTIONS", {}),
    }
