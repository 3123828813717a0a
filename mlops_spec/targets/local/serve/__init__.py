"""The embedded server of the target `local`: one process that owns the socket, one per model version that answers.

```
client ──HTTP──▶ front (http, router) ──frames──▶ worker (tensors, the model)      one worker per version
agent  ──wanted.json──▶ front ──status.json──▶ agent                               both written whole
```

The front never loads a model, so a model that crashes, hangs or eats memory takes only its own process with it.
"""
