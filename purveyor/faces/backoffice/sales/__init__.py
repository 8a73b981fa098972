"""Sales: orders, their execution, their approval."""
