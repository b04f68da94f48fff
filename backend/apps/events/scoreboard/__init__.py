"""The public pages: the list of events, an event's scoreboard, an entry's places."""
