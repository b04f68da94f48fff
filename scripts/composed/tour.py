"""The README's five minutes, as they stand there, and what must have come out of them."""

import os
import re
import subprocess
from contextlib import suppress
from pathlib import Path

from composed.report import CheckFailed, must, wait_until
from composed.web import Web

# A person waits two seconds for a ranking. The machine may be busier here than theirs.
SLOWER = 4
RANKING = """\
division,rank,position,bib,name,score,status
overall,1,1,12,Bruno,20:04.900,finished
overall,2,2,41,Edu,21:39,finished
overall,3,3,7,Ana,21:40,finished
overall,3,4,31,Carla,21:40,finished
overall,5,5,40,Dora,21:41,finished
sex:F,1,1,7,Ana,21:40,finished
sex:F,1,2,31,Carla,21:40,finished
sex:F,3,3,40,Dora,21:41,finished
sex:M,1,1,12,Bruno,20:04.900,finished
sex:M,2,2,41,Edu,21:39,finished
"""


def run_tour(web: Web, readme: Path, directory: Path) -> str:
    """Everything in the code block, in a shell, against the site; what it printed."""
    script = f"sleep() {{ command sleep $(($1 * {SLOWER})); }}\n{read_tour(readme)}"
    environment = os.environ | {"API": f"{web.site}/api/v1", "ACCOUNT": web.account, "PASSWORD": web.password}
    if web.authority:
        environment["CURL_CA_BUNDLE"] = str(web.authority)
    done = subprocess.run(
        ["bash", "-u", "-c", script],
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode or "Traceback" in done.stderr:
        raise CheckFailed(f"the README's tour failed: {done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


def read_tour(readme: Path) -> str:
    """The first block of shell commands below the heading."""
    found = re.search(r"^## Five minutes.*?^```sh\n(.*?)^```", readme.read_text(), re.MULTILINE | re.DOTALL)
    if not found:
        raise CheckFailed(f"{readme} has no block of commands below 'Five minutes'")
    return found[1]


def check_tour(web: Web) -> None:
    """The ranking that the tour leads to, to the letter, and why its last revision was made."""
    with suppress(CheckFailed):
        wait_until(lambda: read_ranking(web) == RANKING, "the ranking", seconds=60)
    must(read_ranking(web) == RANKING, f"the ranking of the README's tour, not\n{read_ranking(web)}")
    newest = web.ask("events/park-run/rankings")["results"][0]
    must(newest["reasons"] == ["photo finish"], f"the last revision says why it was made: {newest}")


def read_ranking(web: Web) -> str:
    return web.text("events/park-run/ranking.csv").replace("\r\n", "\n")
