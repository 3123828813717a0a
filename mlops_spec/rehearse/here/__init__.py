"""The user's own repository, rehearsed: a copy of it, of its data and of its branch, on a forge of this machine."""
