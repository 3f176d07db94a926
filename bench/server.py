"""A server of our own on a temporary folder, for a benchmark."""
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request

TOKEN = "bench"


class Server:
    def __init__(self, root):
        self.root = root
        self.folder = tempfile.mkdtemp()
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"

    def start(self):
        """Returns after how many seconds it answered a request that needs its store; what has to be built before is not counted."""
        subprocess.run([os.path.join(self.root, "watchword"), "version"], stdout=subprocess.DEVNULL, check=True)
        began = time.monotonic()
        self.process = subprocess.Popen(
            [os.path.join(self.root, "watchword"), "dev", f"-listen=127.0.0.1:{self.port}", f"-dev-root-token-id={TOKEN}",
             f"-data={self.folder}/data", f"-audit={self.folder}/audit.log"], stdout=subprocess.DEVNULL)
        while True:
            try:
                urllib.request.urlopen(urllib.request.Request(self.address + "/v1/auth/token/lookup-self", headers={"X-Vault-Token": TOKEN}), timeout=5).read()
                return time.monotonic() - began
            except OSError:
                if self.process.poll() is not None or time.monotonic() - began > 120:
                    raise
                time.sleep(0.01)

    def resident(self):
        """Megabytes."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) // 1024

    def store_bytes(self):
        return sum(os.path.getsize(os.path.join(self.folder, "data", name)) for name in os.listdir(os.path.join(self.folder, "data")))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def remove(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
