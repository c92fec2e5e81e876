"""`examples/xray` reads Kaggle's directory as it is: the cells themselves, without Keras."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

np = pytest.importorskip("numpy")
Image = pytest.importorskip("PIL.Image")

NOTEBOOK = Path(__file__).parents[2] / "examples" / "xray" / "xray.ipynb"
SPLITS = {"train": (3, 5), "test": (1, 2), "val": (2, 2)}


def kaggle(folder: Path) -> Path:
    """The directory as it is unpacked: pictures of any size, grey and coloured, and strays."""
    root = folder / "chest_xray"
    shade = 0
    for split, counts in SPLITS.items():
        for name, count in zip(("NORMAL", "PNEUMONIA"), counts, strict=True):
            pictures = root / split / name
            pictures.mkdir(parents=True)
            for number in range(count):
                shade += 10
                size = (200 + 17 * number, 150 + 13 * number)
                is_grey = number % 2 == 0
                color = shade if is_grey else (shade, shade, shade)
                picture = Image.new("L" if is_grey else "RGB", size, color)
                picture.save(pictures / f"IM-{shade:04}-0001.jpeg", quality=95)
            (pictures / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
            (pictures / "._IM-0001-0001.jpeg").write_bytes(b"\0\5\x16\7Mac OS X")
        (root / split / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (root / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    # The archive has all of it once more, and a folder of its packer's.
    (root / "__MACOSX" / "train").mkdir(parents=True)
    return root


def cells(*tags: str) -> str:
    content = json.loads(NOTEBOOK.read_text())["cells"]
    return "\n".join(
        "".join(cell["source"])
        for cell in content
        if cell["metadata"].get("tags", [None])[0] in tags
    )


def preprocess(root: Path) -> dict[str, Any]:
    names: dict[str, Any] = {"np": np, "Path": Path, "Image": Image}
    exec(cells("pipeline-parameters"), names)
    names["data_path"] = str(root)
    exec(cells("functions", "step:preprocess data"), names)
    return names


def test_takes_grey_and_coloured_pictures_and_no_strays(tmp_path: Path) -> None:
    names = preprocess(kaggle(tmp_path))
    for split in ("train", "val"):
        healthy, ill = SPLITS[split]
        pictures, labels = names[f"{split}_x"], names[f"{split}_y"]
        assert pictures.shape == (healthy + ill, 150, 150, 3)
        assert pictures.dtype == np.uint8
        assert labels.tolist() == [0.0] * healthy + [1.0] * ill
    # In the order of their names: each is the shade that it was drawn with.
    middle = names["train_x"][:, 75, 75].astype(int)
    assert abs(middle - [[10 * (n + 1)] * 3 for n in range(8)]).max() <= 3


def test_says_where_pictures_are_missing(tmp_path: Path) -> None:
    (tmp_path / "train" / "NORMAL").mkdir(parents=True)
    (tmp_path / "train" / "NORMAL" / ".DS_Store").touch()
    with pytest.raises(FileNotFoundError, match=r"no pictures in .*train: unpack Kaggle's archive"):
        preprocess(tmp_path)
