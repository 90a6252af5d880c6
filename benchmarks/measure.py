"""One measurement, in a process of its own: ``python benchmarks/measure.py NAME …``.

Each prints one line of JSON, or one a step; `bench.py` calls them and makes the table.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
sys.path.insert(0, str(Path(__file__).parent))  # for `plain`, also where Python runs isolated

ROUNDS = 12


def report(**values):
    """Print one line for `bench.py`, with the time of day."""
    print(json.dumps({"clock": time.time(), **values}), flush=True)


def evaluation(size=256):
    """Time J and dJ/dG with VGG19, ours against plain, and the convolutions alone."""
    import numpy as np
    import plain
    import tensorflow as tf

    from nst_helpers import StyleTransfer, for_styles

    rng = np.random.default_rng(0)
    content, style, image = rng.random((3, 1, size, size, 3), dtype=np.float32)
    vgg = plain.random_vgg19()
    pace = {}
    for name, border, pooling in (("ours", "edge", "average"), ("ours as VGG", "zero", "max")):
        network = for_styles(vgg, border=border, pooling=pooling)
        transfer = StyleTransfer(content, style, network, lambdas="equal")
        pace[name] = lambda transfer=transfer: transfer.cost_and_gradient(image)[1]
    for name, changed in (("plain", False), ("plain, ours' network", True)):
        model = plain.activations_of(vgg, edge=changed, average=changed)
        evaluate = plain.cost_and_gradient(model, content, style)
        pace[name] = lambda evaluate=evaluate: evaluate(tf.constant(image))[1].numpy()

    work, side = {}, size
    for layer in vgg.layers[1 : vgg.layers.index(vgg.get_layer("block5_conv1")) + 1]:
        if "pool" in layer.name:
            side //= 2
            continue
        shape = tuple(layer.kernel.shape)
        block, kernel = tf.random.normal((1, side, side, shape[2])), tf.random.normal(shape)
        convolve = tf.function(lambda x, k: tf.nn.conv2d(x, k, 1, "SAME")[0, 0, 0, 0])
        pace[layer.name] = lambda f=convolve, x=block, k=kernel: f(x, k).numpy()
        work[layer.name] = 2 * np.prod(shape) * side * side

    seconds = {name: [] for name in pace}
    for call in pace.values():
        call()
    for _ in range(ROUNDS):  # by turns, so that a busy moment meets all of them
        for name, call in pace.items():
            begin = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - begin)
    best = {name: min(times) for name, times in seconds.items()}
    rate = max(work[name] / best[name] for name in work)
    gradients = [pace[name]() for name in ("ours as VGG", "plain")]
    error = np.linalg.norm(gradients[0] - gradients[1]) / np.linalg.norm(gradients[1])
    report(
        ours=best["ours"],
        ours_as_vgg=best["ours as VGG"],
        plain=best["plain"],
        plain_with_edge=best["plain, ours' network"],
        needed=2 * sum(work.values()) / rate,  # forward, and as much again backward
        rate=rate,
        error=float(error),
    )


def ours(content, style, result):
    """Transfer with the tutorial's λ; report J at each step, keep all pictures of the full size."""
    import numpy as np

    from nst_helpers import StyleTransfer, load_vgg

    content, style = np.load(content), np.load(style)
    transfer = StyleTransfer(content, style, load_vgg("vgg16"), lambdas="equal")
    images = []
    report(J=None)
    for step in transfer.steps():
        if step.size == transfer.size:
            report(J=step.costs["J"])
            images.append(step.image)
    np.save(result, images)


def tutorial(content, style, result, steps=300):
    """Run the plain form with the tutorial's optimiser and report J at each step."""
    import numpy as np
    import plain

    content, style = np.load(content), np.load(style)
    model = plain.activations_of(plain.bundled_vgg16(), edge=True, average=True)
    evaluate = plain.cost_and_gradient(model, content, style)
    report(J=None)
    for J, image in plain.tutorial_run(evaluate, content, steps):
        report(J=J)
        end = image
    np.save(result, end)


def same_cost(content, style, *pictures):
    """Report J of each picture by both programs: they must be one function."""
    import numpy as np
    import plain
    import tensorflow as tf

    from nst_helpers import StyleTransfer, load_vgg

    content, style = np.load(content), np.load(style)
    model = plain.activations_of(plain.bundled_vgg16(), edge=True, average=True)
    evaluate = plain.cost_and_gradient(model, content, style)
    transfer = StyleTransfer(content, style, load_vgg("vgg16"), lambdas="equal")
    images = [content, *(np.load(path) for path in pictures)]
    report(
        ours=[transfer.cost_and_gradient(image)[0]["J"] for image in images],
        plain=[float(evaluate(tf.constant(image))[0]) for image in images],
    )


def transfer(content, style, result, border, pooling, levels, steps):
    """Make a picture with or without one of the measures that keep it clean.

    Activations differ in size from network to network. So β weighs style against content as it
    does with the default: β J_style of C over J_content of S.
    """
    import numpy as np

    from nst_helpers import StyleTransfer, load_vgg, resize_image

    content, style = np.load(content), np.load(style)

    def content_over_style(vgg):
        probe = StyleTransfer(content, style, vgg)
        J_style = probe.cost_and_gradient(content)[0]["J_style"]
        return probe.cost_and_gradient(resize_image(style, probe.size))[0]["J_content"] / J_style

    vgg, default = load_vgg("vgg16", border=border, pooling=pooling), load_vgg("vgg16")
    beta = 0.01 * content_over_style(vgg) / content_over_style(default)
    made = StyleTransfer(content, style, vgg, beta=beta, levels=levels or None)
    image, _ = made.run(steps, progress=False)
    np.save(result, image)
    report()


def held_out(style, *pictures):
    """Report the style cost of pictures in layers that no transfer minimised.

    Two judges: VGG as published, and with the border and the pooling of the package.
    """
    import numpy as np
    import plain

    layers, vgg = ("block2_conv2", "block3_conv3", "block4_conv3"), plain.bundled_vgg16()
    costs = {}
    for judge, changed in (("published", False), ("changed", True)):
        model = plain.activations_of(vgg, changed, changed, layers)
        G_S = plain.style_matrices(model, np.load(style))
        G_Gs = [plain.style_matrices(model, np.load(picture)) for picture in pictures]
        costs[judge] = [
            [float(np.sum((G_S[layer] - G_G[layer]) ** 2)) for layer in layers] for G_G in G_Gs
        ]
    report(**costs)


def imported(module):
    """Report once a module is imported and the devices are known."""
    import importlib

    importlib.import_module(module)
    import tensorflow as tf

    tf.config.list_physical_devices()
    report()


def memory(size, steps=10):
    """Report the peak memory of a process that makes one square transfer."""
    import resource

    import numpy as np

    from nst_helpers import StyleTransfer, load_vgg

    content, style = np.random.default_rng(0).random((2, 1, size, size, 3), dtype=np.float32)
    transfer = StyleTransfer(content, style, load_vgg("vgg19", weights=None))
    sizes = [step.size[0] for step in transfer.steps(steps)]
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    report(bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit, sizes=sizes)


MEASUREMENTS = {
    f.__name__: f
    for f in (evaluation, ours, tutorial, same_cost, transfer, held_out, imported, memory)
}

if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    MEASUREMENTS[name](*(int(word) if word.isdigit() else word for word in arguments))
