"""What the rows can show: how likely a model as good as the last one passes its gates, and which bounds they bear."""
