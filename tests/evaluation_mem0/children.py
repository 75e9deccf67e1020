"""Stand-ins for the process that runs mem0: they speak its protocol, or break it."""

from pathlib import Path

_HEAD = """
import json, os, sys, urllib.request
setup = json.loads(sys.stdin.readline())

def answer(**line):
    print(json.dumps(line), flush=True)

def embed(text, model, **options):
    body = json.dumps({"input": [text], "model": model, **options}).encode()
    request = urllib.request.Request(setup["endpoint"] + "/embeddings", body)
    with urllib.request.urlopen(request) as found:
        return json.load(found)["data"][0]["embedding"]
"""

# Finds the turns whose vector is nearest to the question's.
FINDING = f"""{_HEAD}
answer(ready=True)
stored = []
for line in sys.stdin:
    command = json.loads(line)
    if command["do"] == "add":
        stored.append((command["user"], command["id"], embed(command["text"], "passages")))
        answer(seconds=1.0)
    else:
        vector = embed(command["question"], "queries")
        near = lambda each: -sum(a * b for a, b in zip(vector, each[2]))
        mine = sorted((each for each in stored if each[0] == command["user"]), key=near)
        answer(seconds=1.0, ids=[each[1] for each in mine][: command["top_k"]])
"""

DYING_AT_ONCE = f"""{_HEAD}
sys.exit("no module named mem0")
"""

DYING_LATER = f"""{_HEAD}
answer(ready=True)
sys.stdin.readline()
os.kill(os.getpid(), 9)
"""

UNFAIR = f"""{_HEAD}
answer(error="Unfair: keywords take no part in a score")
sys.stdin.read()
"""

FAILING = f"""{_HEAD}
answer(ready=True)
for line in sys.stdin:
    answer(error="ValueError: filters must contain at least one of: user_id")
"""

BABBLING = f"""{_HEAD}
print("Downloading a model ...", flush=True)
sys.stdin.read()
"""

SILENT = f"""{_HEAD}
answer(ready=True)
sys.stdin.read()
"""


def written(folder: Path, source: str) -> Path:
    path = folder / "child.py"
    path.write_text(source, encoding="utf-8")
    return path
