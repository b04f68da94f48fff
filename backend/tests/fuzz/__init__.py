"""Long runs of what nobody would send in good faith, against the real web server: `make fuzz`."""
