"""Every block of README.md that is marked ```sh tour, in one shell, in order; and what must and must not show."""
import os
import re
import subprocess
import sys

root = sys.argv[1]
text = open(os.path.join(root, "README.md")).read()
blocks = re.findall(r"```sh tour\n(.*?)```", text, re.S)
home = os.path.join("/tmp", f"tour-{os.getpid()}")
os.makedirs(home)
script = "set -e\n" + "\n".join(f"echo '@@ {n}'\n{block}" for n, block in enumerate(blocks))
done = subprocess.run(["sh", "-c", script], cwd=root, env={**os.environ, "HOME": home}, capture_output=True, text=True)
os.rmdir(home)
print(done.stdout + done.stderr)
checks = {
    "there are blocks to run": len(blocks) >= 3,
    "every block runs": done.returncode == 0,
    "the secret is read back": "region     eu-west-1" in done.stdout,
    "the job's output is masked": "the job sees ***" in done.stdout,
    "the job's token reads its secret": "\neu-west-1" in done.stdout,
    "the job's token writes nothing": "refused, as it should be" in done.stdout,
}
for what, good in checks.items():
    print("ok  " if good else "FAIL", what)
failed = sum(not good for good in checks.values())
print(f"{len(checks) - failed} passed, {failed} failed")
sys.exit(1 if failed else 0)
