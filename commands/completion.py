"""The command that prints what a shell needs to complete commands and options."""

from __future__ import annotations

import argparse

from commands.line import DONE, Commands, say

_SHELLS = ("bash", "zsh", "fish")


def _completion_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=_SHELLS, metavar="SHELL", help=" | ".join(_SHELLS))
    parser.epilog = (
        'In the start-up file of bash or zsh: eval "$(posology completion bash)"; '
        "of fish: posology completion fish | source."
    )


def _completion(args: argparse.Namespace) -> int:
    from argcomplete.shell_integration import shellcode

    say(shellcode(["posology"], shell=args.shell))  # nosec B604
    return DONE


COMMANDS: Commands = {"completion": (_completion_options, _completion)}
