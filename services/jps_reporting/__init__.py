"""Reports to the Japan Pension Service: items, checks, batches, media, provisions."""
