"""Replays every recording and holds each difference against explained.json; counts steps."""
import fnmatch
import glob
import json
import os
import sys

import wire

addr, root, here = sys.argv[1:]
explained = json.load(open(os.path.join(here, "explained.json")))
used = set()


def reason(scenario, call, pointer):
    for i, e in enumerate(explained):
        if fnmatch.fnmatch(scenario, e["scenario"]) and fnmatch.fnmatch(call, e["call"]) and fnmatch.fnmatch(pointer, e["pointer"]):
            used.add(i)
            return e["why"]
    return None


passed = failed = exact = 0
for file in sorted(glob.glob(os.path.join(here, "*.jsonl"))):
    for line in open(file):
        scenario = json.loads(line)
        for step, status, kind, body in wire.play(addr, root, scenario):
            want = step["answer"]
            found = [] if status == want["status"] else [("status", want["status"], status)]
            if (kind or "").split(";")[0] != (want["type"] or "").split(";")[0]:
                found.append(("content-type", want["type"], kind))
            found += list(wire.differences(want["body"], body, step["volatile"]))
            call = step["method"] + " " + step["path"]
            unexplained = [d for d in found if reason(scenario["name"], call, d[0]) is None]
            exact += not found
            if unexplained:
                failed += 1
                print(f"DIFF {scenario['name']}: {call}: {json.dumps(unexplained[:3])[:400]}")
            else:
                passed += 1
for i, e in enumerate(explained):
    if i not in used:
        failed += 1
        print("an explanation that explains nothing any more:", e)
print(f"{exact} of {passed + failed} answers are equal in every stable value; the others differ only where explained.json says why")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
