"""``afterframe render RECIPE``: make a result again, and say whether it is the same."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from pathlib import Path

from afterframe.core.recipe import SUFFIX, Recipe, beside, differences, read_recipe
from afterframe.core.variations import SHEET_NAME
from afterframe.errors import BadValue, RecipeDiffers
from afterframe_hosts.wire import discovery
from afterframe_hosts.wire.job import Job, Output, new_id

from .make import Commands, tell


def add(commands: Commands) -> None:
    """Add the command."""
    text = "Make the result of a recipe again: the same pixels, or what differs"
    command = commands.add_parser("render", help=text, description=f"{text}.")
    command.add_argument("recipe", type=Path, help="the .afterframe.json beside a result")
    command.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="default: the next version beside it"
    )
    command.add_argument(
        "--choice",
        type=int,
        metavar="N",
        help="of a sheet of variations: render this one as a clip",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Render, compare, print."""
    from . import follow

    recipe_path = options.recipe.resolve()
    then = read_recipe(recipe_path)
    output = _output(options, recipe_path, then.job.output)
    # Made again it is a take of the same effect: offered where that stands on a timeline.
    lineage = then.job.lineage or then.job.id
    job = replace(then.job, id=new_id(), output=output, session="", lineage=lineage)
    if options.choice is not None:
        job = _chosen(job, then, options)
    client = discovery.connect()
    (status,) = follow.run(client, [job], quiet=options.json)
    code = tell(status, None, as_json=options.json)
    if status.result is None:
        return code
    if options.choice is not None:
        return code
    differing = differences(then, read_recipe(beside(Path(status.result.path))))
    if differing:
        raise RecipeDiffers(what="; ".join(differing))
    if not options.json:
        print("The same pixels.")
    return code


def _chosen(job: Job, sheet: Recipe, options: argparse.Namespace) -> Job:
    """Return the job that makes one of a sheet's variants as a clip: a new effect."""
    number: int = options.choice
    if not 1 <= number <= len(sheet.choices):
        allowed = f"1 to {len(sheet.choices)}" if sheet.choices else "a sheet's recipe"
        raise BadValue(field="choice", value=str(number), allowed=allowed)
    output = replace(job.output, name=job.output.name.removesuffix(SHEET_NAME))
    parameters = {**job.parameters, **sheet.choices[number - 1]}
    return replace(job, output=output, parameters=parameters, variations=0, lineage="")


def _output(options: argparse.Namespace, recipe: Path, then: Output) -> Output:
    """Return the output of the recipe's job, in the folder where the recipe is now."""
    if options.output:
        return replace(then, folder="", path=str(options.output.resolve()), overwrite=False)
    name = re.sub(r"_v\d+$", "", recipe.name.removesuffix(SUFFIX))
    return replace(then, folder=str(recipe.parent), path="", name=name, overwrite=False)
