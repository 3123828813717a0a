"""What the stand-ins of the clouds' sign-in actions run: the job's identity token for credentials, as the real ones."""
