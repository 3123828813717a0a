"""From outputs to the text of each file, and to the disk: templates, values that stay values, overlays."""
