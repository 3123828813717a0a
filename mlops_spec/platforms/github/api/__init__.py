"""The forge: GitHub's REST API as far as we call it, over the standard library.

`GitHub` is the connection; the calls are plain functions in `pulls`, `comments`, `issues`, `statuses`, `people` and
`settings`, each with the connection as its first argument. `approvals` judges reviews and calls nothing. `actions`
reads what a workflow run tells its steps, and answers it.
"""

from mlops_spec.platforms.github.api.connection import API_URL, GitHub

__all__ = ["API_URL", "GitHub"]
