"""The plain form that the package is measured against, written without the package.

Keras' VGG cut at the deepest layer, one `tf.function`, one `GradientTape`, and the optimiser of
TensorFlow's tutorial. J is the lecture's J with the package's divisors and, as in the tutorial,
equal λ. So both sides minimise the same function of the same pixels.
"""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

WEIGHTS = Path(__file__).resolve().parents[1] / "data/weights/vgg16_imagenet_conv_f16.npz"
STYLE = ["block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1", "block5_conv1"]
CONTENT = "block4_conv2"
ALPHA, BETA = 1.0, 0.01


def random_vgg19():
    """Return Keras' VGG19 with random weights: enough to take the time."""
    keras.utils.set_random_seed(0)
    return keras.applications.VGG19(include_top=False, weights=None)


def bundled_vgg16():
    """Return Keras' VGG16 with the bundled weights."""
    vgg = keras.applications.VGG16(include_top=False, weights=None)
    with np.load(WEIGHTS) as found:
        for layer in vgg.layers:
            if "conv" in layer.name:
                layer.set_weights([found[f"{layer.name}/{part}"] for part in ("kernel", "bias")])
    return vgg


def activations_of(vgg, edge, average, layers=(*STYLE, CONTENT)):
    """Return a model that gives the activations of these layers.

    Neither edge nor average: VGG as Keras has it. Edge repeats the border where VGG puts
    zeros; average takes means where VGG takes maxima.
    """
    image = keras.Input((None, None, 3))
    x, a = image, {}
    for layer in vgg.layers[1:]:
        if "conv" in layer.name and edge:
            x = keras.ops.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="symmetric")
            twin = keras.layers.Conv2D(layer.filters, 3, activation="relu", name=layer.name)
            twin.build(x.shape)
            twin.set_weights(layer.get_weights())
            x = twin(x)
        elif "pool" in layer.name and average:
            x = keras.layers.AveragePooling2D(2)(x)
        else:
            x = layer(x)
        if layer.name in layers:
            a[layer.name] = x
        if layer.name == STYLE[-1]:
            break
    return keras.Model(image, a)


def style_matrix(a):
    """Return the style matrix divided by the number of positions."""
    shape = tf.shape(a)
    sums = tf.einsum("bijk,bijl->kl", a, a)
    return sums / tf.cast(shape[1] * shape[2], tf.float32)


def see(model, image):
    """Return the activations of a picture in [0, 1]."""
    return model(image[..., ::-1] * 255 - tf.constant([103.939, 116.779, 123.68]))


def style_matrices(model, image):
    """Return the style matrix of each of the model's layers."""
    return {layer: style_matrix(a) for layer, a in see(model, tf.constant(image)).items()}


def layer_cost(G_S, a):
    """Return J_style_layer of a block, from the style picture's matrix per position."""
    return tf.reduce_sum((G_S - style_matrix(a)) ** 2) / (2 * a.shape[-1]) ** 2


def cost_and_gradient(model, content, style):
    """Return a traced function from a picture to J and dJ/dG."""
    a_C, G_S = see(model, tf.constant(content)), style_matrices(model, style)
    a_C = a_C[CONTENT]

    @tf.function
    def evaluate(image):
        with tf.GradientTape() as tape:
            tape.watch(image)
            a_G = see(model, image)
            J = ALPHA * tf.reduce_mean((a_C - a_G[CONTENT]) ** 2) / 2
            for layer in STYLE:
                J += BETA / len(STYLE) * layer_cost(G_S[layer], a_G[layer])
        return J, tape.gradient(J, image)

    return evaluate


def tutorial_run(evaluate, content, steps):
    """Yield J at each step of the tutorial's Adam, from the content picture."""
    image = tf.Variable(content)
    adam = tf.keras.optimizers.Adam(learning_rate=0.02, beta_1=0.99, epsilon=0.1)
    for _ in range(steps):
        J, gradient = evaluate(tf.convert_to_tensor(image))
        yield float(J), image.numpy()
        adam.apply_gradients([(gradient, image)])
        image.assign(tf.clip_by_value(image, 0.0, 1.0))
