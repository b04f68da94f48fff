"""Keeping others out: who may try how often, who did what, and which settings no deployment may have."""
