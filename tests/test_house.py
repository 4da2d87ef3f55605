"""The house keeps its shape: who may import whom, which room owns which effect, how far things may grow."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter

from support.syntax import MODULES, at_import, functions, nodes, own_imports, used

MAY_IMPORT = {  # the root package, which holds the version, is open to every room
    "errors": "",
    "model": "errors",
    "catalog": "model errors",
    "formats": "model errors",
    "managers": "formats catalog model errors",
    "providers": "formats catalog model errors",
    "rules": "managers providers formats catalog model errors",
    "host": "model errors",
    "engine": "rules managers providers formats catalog host model errors",
    "report": "model errors",
    "cli": "engine report model errors",
    "kempt": "engine report model errors",
    "__main__": "cli",
}
WINGS = {"project", "environments", "disk", "fleet"}
BETWEEN_WINGS = frozenset(  # (importer, imported), each with its reason beside it
    {
        ("disk", "environments"),  # its sign that `kempt sync` is at work on an environment, which must stay then
        ("fleet", "project"),  # each repository of a fleet is checked and mended as `kempt check` does it
    }
)
ABOVE_WINGS = {"kempt.engine.status", "kempt.engine.disk_overview"}
MOVERS = (
    "host.alike host.clones host.emptying host.environments host.files host.folders host.removing host.share host.trash"
)
WRITERS = (
    "host.clones host.emptying host.environments host.files host.folders host.index host.journal host.lock host.output "
    "host.removing host.scratch host.share host.stat_index host.state host.trash"
)
EFFECTS = {  # rooms -> what nobody else may use; the longest name that fits a use decides
    "cli __main__": "print input exit quit SystemExit sys.exit sys.stdout sys.stderr sys.stdin",
    "cli __main__ host.forks host.workers": "os._exit",  # how a copy of this process ends
    "host.run": "os.system os.popen os.execv os.execve os.execvp os.posix_spawn",
    "host.run host.workers": "subprocess signal os.kill",  # programs, and kempt itself as a worker (decision 0027)
    "host.run host.forks": "os.fork",
    "host.env": "os.environ os.getenv os.putenv",
    MOVERS: "shutil os.replace os.rename os.remove os.link os.symlink os.truncate os.chmod os.utime",
    WRITERS: "open-for-writing os.O_WRONLY os.O_RDWR os.O_CREAT os.mkdir os.makedirs os.rmdir os.unlink",
    "host.lock host.extents": "fcntl msvcrt",
    "host.store": "sqlite3",
    "host.net": "socket ssl http urllib.request",
    "host.workers": "concurrent multiprocessing threading asyncio",
    "host.clock": "time datetime.datetime.now datetime.datetime.today datetime.date.today",
    "host": "open io.open os platform sys.platform glob pathlib.Path .read_text .read_bytes .write_text .write_bytes "
    "shutil.disk_usage",
    "": "os.fsencode os.fsdecode os.fspath os.PathLike time.perf_counter",  # everybody: they touch nothing
}
ROOMS_OF = {name: rooms.split() for rooms, names in EFFECTS.items() for name in names.split()}
LONGEST_FUNCTION, LONGEST_MODULE, LONGEST_CHAIN = 45, 300, 12


def room(module: str) -> str:
    return f"{module}.".split(".")[1] or module


def wing(module: str) -> str:
    part = module.removeprefix("kempt.engine.").split(".")[0]
    return part if room(module) == "engine" and part in WINGS else ""


def test_a_room_imports_only_the_rooms_it_may() -> None:
    wrong = [
        f"{MODULES[module]}:{line}: {room(module)} may not import {target}; it may import: {MAY_IMPORT[room(module)]}"
        for module in MODULES
        for line, target in own_imports(nodes(module))
        if room(target) not in {"kempt", room(module), *MAY_IMPORT[room(module)].split()}
    ]

    assert [] == wrong


def test_a_wing_of_the_engine_imports_no_other_wing() -> None:
    wrong = [
        f"{MODULES[module]}:{line}: {target} is for the wing {wing(target)} and for {' and '.join(sorted(ABOVE_WINGS))}"
        for module in MODULES
        if room(module) == "engine" and module not in ABOVE_WINGS
        for line, target in own_imports(nodes(module))
        if wing(target) not in {"", wing(module)} and (wing(module), wing(target)) not in BETWEEN_WINGS
    ]

    assert [] == wrong


def test_each_effect_has_one_room() -> None:
    wrong = []
    for module, path in MODULES.items():
        place = f"{module}.".removeprefix("kempt.")
        for line, name in used(module):
            fitting = max((each for each in ROOMS_OF if f"{name}.".startswith(f"{each}.")), key=len, default="")
            rooms = ROOMS_OF.get(fitting, [])
            if rooms and not place.startswith(tuple(f"{each}." for each in rooms)):
                wrong.append(f"{path}:{line}: {name} belongs in {' or '.join(rooms)}")

    assert [] == wrong


def test_no_cycle_and_no_long_chain_of_imports() -> None:
    graph = {module: {name for _, name in own_imports(at_import(nodes(module)[0]))} - {"kempt"} for module in MODULES}
    chains = dict[str, list[str]]()
    for module in TopologicalSorter(graph).static_order():  # raises CycleError, which names the cycle
        chains[module] = [module, *max((chains[each] for each in graph.get(module, ())), key=len, default=[])]

    assert [] == [chain for chain in chains.values() if len(chain) > LONGEST_CHAIN]


def test_functions_stay_short() -> None:
    wrong = [
        f"{path}:{line}: {name} has {length} lines, at most {LONGEST_FUNCTION}"
        for module, path in MODULES.items()
        for line, name, length in functions(module)
        if length > LONGEST_FUNCTION
    ]

    assert [] == wrong


def test_modules_stay_short() -> None:
    lengths = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES.values()}

    assert {} == {path: length for path, length in lengths.items() if length > LONGEST_MODULE}


def test_there_is_no_drawer_for_odds_and_ends() -> None:
    assert [] == [name for name in MODULES if re.search(r"[._](utils?|helpers?|commons?|misc)$", name)]
