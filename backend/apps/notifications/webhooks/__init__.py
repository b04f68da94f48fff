"""What webhooks are made of: endpoints, requests with their signatures, and where they may go."""
