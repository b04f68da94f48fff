"""How the web server runs: `gunicorn config.wsgi --config config/gunicorn.py`, which a proxy that ends TLS asks.

https://gunicorn.org/reference/settings/
"""

from config.environment import env
from config.observability_settings import LOGGING

bind = env.list("WEB_BIND", default=["0.0.0.0:8000"])
# Processes, and threads of each. A request waits for the database most of its time, so there are more threads than
# cores; each of them keeps a connection to the database.
workers = env.int("WEB_CONCURRENCY", default=2)
worker_class = "config.gunicorn_worker.Worker"
threads = env.int("WEB_THREADS", default=8)

# Connections that a process holds at once, those that wait included. What is more waits in the backlog.
worker_connections = 1000
backlog = 512
# Seconds after which a process is killed that does not answer the one above it, and that a stopping one waits for the
# requests in hand.
timeout = 30
graceful_timeout = 30
# Seconds for which an idle connection is kept: longer than a proxy's pause between two requests on it.
keepalive = 5

# The longest address that Placar makes has some hundred characters. Browsers and proxies send 30 headers at most.
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# Nobody may tell gunicorn by a header where a request comes from: config.security_settings decides whom to believe.
forwarded_allow_ips = ""
# The heartbeats of processes are files; on a disk they would wait for it, and the root file system is read-only.
worker_tmp_dir = "/dev/shm"  # noqa: S108 (made by gunicorn with a random name, and unlinked at once)
# Nobody asks the running server anything by its own socket, whose place could not be written to either.
control_socket_disable = True

# What it says of itself goes through the same log as all else. The line of each request is telemetry.middleware's.
logconfig_dict = LOGGING
