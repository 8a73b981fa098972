"""Setup: applications, notifications, taxes, the organization, people and roles."""
