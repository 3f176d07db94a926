import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_every_block_of_the_page_that_can_run_runs(root, people, tmp_path):
    blocks = re.findall(r"```sh run\n(.*?)```", (ROOT / "docs/workload-identity.md").read_text(), re.S)
    assert len(blocks) >= 6
    ada = people("ada")
    path = ":".join([str(pathlib.Path(os.environ["WATCHWORD"]).parent), os.environ["PATH"]])
    done = subprocess.run(["sh", "-c", "set -e\n" + "\n".join(blocks)], cwd=ROOT, capture_output=True, text=True, timeout=180, env={**os.environ, "HOME": str(tmp_path), "PATH": path, "VAULT_TOKEN": ada.token})
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\neyJ[\w-]+\.eyJ[\w-]+\.[\w-]{300}", done.stdout)
    assert '"jwks_uri"' in done.stdout and '"token_endpoint"' in done.stdout and '"state":"af0ifjsldkj"' in done.stdout
