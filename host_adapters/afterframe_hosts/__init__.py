"""Host adapters: the thin programs between a timeline and the engine. Standard library only."""
