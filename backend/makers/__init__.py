"""Makes apps and tasks as the guardrails want them: computes edits of source, and writes all of them or none.

Beside the product and not part of it: it imports nothing of the project, and no image holds it (docs/adr/0045).
"""
