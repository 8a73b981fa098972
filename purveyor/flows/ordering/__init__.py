"""May this order run? What must hold before an order is submitted and executed."""
