"""A contributor without write access: their fork, their commits, and the pull request that they open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.api import pulls
from mlops_spec.rehearse.author import Author
from mlops_spec.rehearse.hub.origin import Origin

if TYPE_CHECKING:
    from mlops_spec.platforms.github.api.shapes import PullRequest
    from mlops_spec.rehearse.world import World


def fork(world: World, login: str) -> Author:
    """Makes their fork on the forge, with main as it is, and their clone of it."""
    name = f"{login}/{world.repository.partition('/')[2]}"
    origin = Origin.create(world.folder / "github" / f"{name}.git", world.main)
    origin.follow(world.hub.origin, world.main, f"refs/heads/{world.main}")
    world.hub.forks[name] = origin
    author = Author(world.person(login), world.folder / name, world.hub.server_url, world.main)
    author.run(
        "git", "clone", "--quiet", f"{world.hub.server_url}/{name}.git", str(author.clone), directory=world.folder
    )
    return author


def push(author: Author, branch: str) -> None:
    """What they committed goes to their fork."""
    author.run("git", "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")


def propose(world: World, author: Author, branch: str, title: str) -> PullRequest:
    """Pushes the branch to their fork, and opens a pull request into main."""
    push(author, branch)
    login = author.person.login
    return pulls.create(world.forge(login), title=title, head=f"{login}:{branch}", base=world.main, body="")
