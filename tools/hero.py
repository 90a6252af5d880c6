"""Make the picture at the top of the README: `python -m tools.hero`."""

from nst_helpers import StyleTransfer, load_picture, load_vgg
from nst_helpers.figures import plot_images
from tools.series import DOCS

content, style = load_picture("summer_palace", 384), load_picture("starry_night", 384)
image, _ = StyleTransfer(content, style, load_vgg("vgg16")).run(100)
figure = plot_images([content, style, image], ["content C", "style S", "generated G"])
figure.savefig(DOCS / "hero.jpg", dpi=110, pil_kwargs={"quality": 90})
