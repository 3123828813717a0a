"""Code hosts: where changes are reviewed and jobs run; a folder for each."""
