"""Message contracts: what messages that are under way rely on, as a file, and what would break it.

A message outlives the release that wrote it: it waits in the outbox, in a queue, in a delay, in the table of dead
letters. `manage.py message_contracts` compares the file with the code (docs/message-contracts.md).
"""
