"""Floor 2, the street: one app a stage; a later stage may know an earlier one."""
