"""The interactive screen of `kempt disk -i`. It needs the extra `tui`, and is loaded only when asked for."""

from __future__ import annotations

from collections.abc import Sequence

from kempt.cli import output
from kempt.errors import UsageError

INSTALL = "pip install 'kempt[tui]', or uv tool install 'kempt[tui]'"


def run(paths: Sequence[str], *, central: bool = True, color: bool = True) -> int:
    """Show what lies below these folders and, with `central`, where managers and tools keep their own; the exit code.

    Raises UsageError where there is no terminal, where Textual is not installed, or for a path that is not one to
    clean; KeyboardInterrupt after ^C.
    """
    if not output.can_ask():
        raise UsageError("-i needs a terminal to show its screen on", hint="kempt disk shows the same as a table")
    try:
        import textual  # noqa: F401 - whether it is there
    except ModuleNotFoundError as error:
        raise UsageError("-i needs the library Textual, which is not installed", hint=INSTALL) from error
    import gc
    from functools import partial

    from kempt.cli.tui.app import DiskApp
    from kempt.engine.disk.by_hand import look_around

    gc.enable()  # switched off for commands that end soon; this one may stay for hours
    app = DiskApp(partial(look_around, tuple(paths), central=central), color=color)
    app.run()
    app.raise_failure()
    return app.return_code or 0
