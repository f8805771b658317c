"""A synthetic resident register: a made-up city, its working days, and how it publishes them.

Stands where the real register system stands: it uses `contracts`, a Kafka client and HPKE, and
knows nothing of the services.
"""
