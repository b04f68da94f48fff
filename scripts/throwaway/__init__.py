"""A throwaway PostgreSQL and RabbitMQ: standard library only, so that it runs before anything is installed."""
