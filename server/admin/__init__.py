"""Who may use the dashboard: users, passwords, sessions, the first login."""
