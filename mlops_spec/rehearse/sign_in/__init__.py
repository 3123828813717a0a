"""Stand-ins of the clouds' sign-in actions: each exchanges the job's identity token for credentials."""
