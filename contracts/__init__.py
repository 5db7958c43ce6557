"""What is said: frozen, typed messages. Never imports services, asyncio, clocks or any I/O."""
