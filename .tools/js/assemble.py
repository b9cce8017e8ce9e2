"""Write the JavaScript of the product as it runs into a folder, where the type checker can read it.

Hooks are fragments of one function, others are single expressions, which are no programs by themselves. The
banner's modules are programs as they stand: banner.tsconfig.json.
"""

import sys
from pathlib import Path

from consentinel.scanner.collectors import COLLECTORS
from consentinel.scanner.hooks import hook_source
from consentinel.scanner.wire import BINDING

ROOT = Path(__file__).parents[2]
SCANNER = ROOT / "scanner"


def assembled() -> dict[str, str]:
    """Return the programs by file name."""
    names = {name for make in COLLECTORS for name in make().hooks}
    programs = {"hooks.js": hook_source(sorted(names)).replace(BINDING, "__BINDING__")}
    expressions = [*(SCANNER / "hooks").glob("*.js"), *(ROOT / "banner" / "verify").glob("*.js")]
    for file in sorted(expressions):
        if file.stem not in {"prelude", "timers", *names}:
            programs[file.name] = f"void (\n{file.read_text('utf-8').rstrip().removesuffix(';')}\n);\n"
    for file in sorted((SCANNER / "rendering" / "templates").glob("*.js")):
        programs[file.name] = file.read_text("utf-8")
    return programs


def main(folder: Path) -> None:
    """Write the programs into `folder`, and nothing else may be left there."""
    folder.mkdir(parents=True, exist_ok=True)
    programs = assembled()
    for old in folder.glob("*.js"):
        if old.name not in programs:
            old.unlink()
    for name, text in programs.items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
