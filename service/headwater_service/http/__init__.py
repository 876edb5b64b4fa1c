"""HTTP: routes, who may call them, and what every response has in common."""
