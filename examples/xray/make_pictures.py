"""Draws a small SYNTHETIC data set with the folders of the chest X-rays that Kaggle has.

No picture shows anybody: each is an oval chest with two dark lungs, and for PNEUMONIA with bright
cloudy patches in them. They are good for trying the pipeline, and for nothing else.

    python make_pictures.py                          # into chest_xray/, about 110 pictures
    python make_pictures.py --train 200 more_xrays
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

CLASSES = ("NORMAL", "PNEUMONIA")
NOTE = """These pictures are SYNTHETIC: drawn by make_pictures.py, of nobody.
They look as if they could be told apart by a small network, which real X-rays need not be.
Nothing that is learnt from them says anything about medicine.
"""


def main() -> None:
    """Draw all pictures that the arguments ask for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", default="chest_xray", type=Path)
    parser.add_argument("--train", type=int, default=40, help="pictures of each class to learn from")
    parser.add_argument("--val", type=int, default=8, help="of each class to validate with")
    parser.add_argument("--test", type=int, default=8, help="of each class to test with")
    parser.add_argument("--size", type=int, default=220, help="height in pixels, about")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    random = np.random.default_rng(arguments.seed)
    for split in ("train", "val", "test"):
        for name in CLASSES:
            folder = arguments.folder / split / name
            folder.mkdir(parents=True, exist_ok=True)
            for number in range(1, getattr(arguments, split) + 1):
                picture = draw(random, arguments.size, is_ill=name == "PNEUMONIA")
                picture.save(folder / f"synthetic-{number:04}.jpeg", quality=90)
    (arguments.folder / "SYNTHETIC.txt").write_text(NOTE)
    print(f"Synthetic pictures are in {arguments.folder}/")


def draw(random: np.random.Generator, size: int, is_ill: bool) -> Image.Image:
    """One picture in shades of grey, a little different from every other in shape and light."""
    width, height = int(size * random.uniform(1.15, 1.4)), size
    picture = Image.new("L", (width, height), 12)
    pen = ImageDraw.Draw(picture)
    pen.ellipse(box(random, 0.5, 0.55, 0.47, 0.5, width, height), fill=shade(random, 150))
    lungs = Image.new("L", (width, height), 0)
    for middle in (0.31, 0.69):
        shape = box(random, middle, 0.5, 0.15, 0.33, width, height)
        pen.ellipse(shape, fill=shade(random, 55))
        ImageDraw.Draw(lungs).ellipse(shape, fill=255)
    for rib in range(6):
        top = height * (0.16 + 0.12 * rib)
        pen.arc((width * 0.1, top, width * 0.9, top + height * 0.2), 200, 340, fill=shade(random, 120), width=3)
    if is_ill:
        picture = cloud(random, picture, lungs)
    picture = picture.filter(ImageFilter.GaussianBlur(size / 90))
    grain = random.normal(0, 6, (height, width))
    return Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8))


def cloud(random: np.random.Generator, picture: Image.Image, lungs: Image.Image) -> Image.Image:
    """Bright, soft patches within the lungs."""
    width, height = picture.size
    patches = Image.new("L", picture.size, 0)
    pen = ImageDraw.Draw(patches)
    for _ in range(random.integers(3, 8)):
        middle = random.choice((0.31, 0.69)) + random.uniform(-0.08, 0.08)
        place = box(random, middle, random.uniform(0.35, 0.75), 0.07, 0.09, width, height)
        pen.ellipse(place, fill=shade(random, 170))
    soft = np.asarray(patches.filter(ImageFilter.GaussianBlur(height / 22)), dtype=float)
    within = soft * (np.asarray(lungs, dtype=float) / 255)
    return Image.fromarray(np.clip(np.asarray(picture) + within * 0.6, 0, 255).astype(np.uint8))


def box(
    random: np.random.Generator, x: float, y: float, across: float, down: float, width: int, height: int
) -> tuple[float, float, float, float]:
    """The corners of an oval, in pixels; the middle and the radii are parts of the picture."""
    x, y = x + random.uniform(-0.02, 0.02), y + random.uniform(-0.02, 0.02)
    across, down = across * random.uniform(0.9, 1.1), down * random.uniform(0.9, 1.05)
    return ((x - across) * width, (y - down) * height, (x + across) * width, (y + down) * height)


def shade(random: np.random.Generator, grey: int) -> int:
    """About this shade."""
    return int(grey * random.uniform(0.85, 1.15))


if __name__ == "__main__":
    main()
