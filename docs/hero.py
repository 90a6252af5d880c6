"""Make the picture at the top of the README: `python docs/hero.py`."""

from pathlib import Path

from nst_helpers import StyleTransfer, load_picture, load_vgg
from nst_helpers.figures import plot_images

content, style = load_picture("summer_palace", 384), load_picture("starry_night", 384)
image, _ = StyleTransfer(content, style, load_vgg("vgg16")).run(100)
figure = plot_images([content, style, image], ["content C", "style S", "generated G"])
figure.savefig(Path(__file__).with_name("hero.jpg"), dpi=110, pil_kwargs={"quality": 90})
