"""Starts Khalti Sandbox for a test and drives it. KHALTI_SANDBOX names another command than khalti-sandbox."""

import json
import os
import re
import shlex
import subprocess
import urllib.request

PUBLIC_KEY = "test_public_key_" + 32 * "1"
SECRET_KEY = "test_secret_key_" + 32 * "2"
EPAYMENT_SECRET_KEY = "live_secret_key_" + 32 * "3"


class KhaltiSandbox:
    """``with KhaltiSandbox() as khalti:`` is a sandbox in memory, on a free port."""

    def __init__(self, *more):
        command = shlex.split(os.environ.get("KHALTI_SANDBOX", "khalti-sandbox"))
        memory = ["--urls", "http://127.0.0.1:0", "--Sandbox:ConnectionString", "Data Source=:memory:"]
        self._program = subprocess.Popen([*command, *memory, *more], stdout=subprocess.PIPE, text=True)
        for line in self._program.stdout:
            found = re.search(r"listens on (http:\S+?)/?;", line)
            if found:
                self.url = found[1]
                return
        raise RuntimeError("Khalti Sandbox did not start.")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._program.terminate()
        self._program.communicate()

    def pay(self, pidx, outcome="completed"):
        """The payer pays; returns the address that Khalti sends the browser to."""
        return self.control("POST", f"epayments/{pidx}/outcome", {"outcome": outcome})["redirectUrl"]

    def lose_next_answer(self, operation="*"):
        """The next call is carried out and its answer is lost."""
        self.control("POST", "faults", {"operation": operation, "kind": "drop_after", "times": 1})

    def calls(self):
        return self.control("GET", "requests")

    def control(self, method, call, body=None):
        request = urllib.request.Request(f"{self.url}/_sandbox/{call}", method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
