"""Two hundred transfers do not fill memory, and the import leaves the collector as it was."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import gc, json
import numpy as np
from nst_helpers import StyleTransfer, load_vgg

def resident():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])  # pages

vgg = load_vgg("vgg16", weights=None)
rng = np.random.default_rng(0)
sizes = [(32, 32), (32, 40), (40, 32)]
optimisers = ["l-bfgs", "adam", "gradient descent"]
layers = {"block1_conv1": 0.5, "block1_conv2": 0.5}
after = []
for n in range(200):
    content, style = (rng.random((1, *sizes[k % 3], 3), dtype=np.float32) for k in (n, n + 1))
    transfer = StyleTransfer(
        content, style, vgg, lambdas=layers, content_layer="block2_conv1",
        optimiser=optimisers[n % 3], alpha=1 + n, levels=1,
    )
    transfer.run(3, progress=False)
    if n % 4 == 0:  # and some that are never finished
        walk = transfer.steps(5)
        next(walk)
    if n % 5 == 4:
        after.append(resident())
print(json.dumps(after))
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's /proc")
def test_two_hundred_transfers_do_not_grow_memory():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=110
    )
    assert done.returncode == 0, done.stderr
    after = json.loads(done.stdout.splitlines()[-1])
    assert len(after) == 40
    assert max(after[2:]) < 1.05 * max(after[:2])


@pytest.mark.parametrize("switch", ["enable", "disable"])
def test_the_import_leaves_the_garbage_collector_as_it_was(switch):
    script = f"""
import gc, weakref
class Node: pass
gc.{switch}()
before = gc.isenabled(), gc.get_threshold()
import nst_helpers
assert (gc.isenabled(), gc.get_threshold()) == before
node = Node()
node.itself, gone = node, weakref.ref(node)
del node
gc.collect()
assert gone() is None
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
