"""What a command says that it did."""

from typing import Protocol

from makers.plan import Plan


class Output(Protocol):
    def write(self, msg: str) -> object: ...


def tell(output: Output, plan: Plan) -> None:
    """Name each file."""
    for name in plan.made:
        output.write(f"made    {name}")
    for name in plan.changed:
        output.write(f"changed {name}")
