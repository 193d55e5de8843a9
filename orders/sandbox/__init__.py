"""A stand-in for Amazon Payment Services: the same two addresses, no money behind them.

It runs as its own process (`python -m orders.sandbox`) or inside a test (`server.Sandbox`). It
needs the standard library only, imports nothing of the office, and shares no line with the office's
own gateway client: two readings of one protocol that check each other.
"""
