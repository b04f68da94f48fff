"""The public pages of seasons: their list, and the standings of one."""
