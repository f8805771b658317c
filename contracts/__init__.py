"""What the services, and the systems that publish to them, agree on: values, events and topics."""
