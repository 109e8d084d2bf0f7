"""From a picture to tokens of a language model: python tests/golden/multimodal/generate.py (versions in
../requirements.txt).

The vision tower is transformers'. Tiles, merging of scales and the projector are plain NumPy below, written from
docs/design/animeshootergen.md 4.1 and 4.3 with loops over rows and columns; the resize is Pillow's.
"""
import copy
import math
import pathlib
import sys

import numpy as np
import torch
from PIL import Image
from transformers import SiglipVisionConfig, SiglipVisionModel

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import mllm_golden as golden  # noqa: E402

# name: sizes of the tower, width of the language model, dtype of the files, keys with vision_model.
CASES = {
    # T1 of docs/design/animeshootergen.md 9: 4 x 4 tokens a tile.
    "t1": (dict(hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4, image_size=56,
                patch_size=14), 64, torch.float16, True),
    # 3 x 3 tokens a tile: the projector fills up with zeros.
    "odd": (dict(hidden_size=8, intermediate_size=12, num_hidden_layers=2, num_attention_heads=2, image_size=18,
                 patch_size=6, layer_norm_eps=1e-4), 12, torch.float32, False),
}
SCALES = 3
MAX_TILES = 12


def erf(x):
    return np.vectorize(math.erf)(x)


def nearest_grid(width, height, tile):
    """(columns, rows) among 9..12 tiles: by number of tiles, then columns; docs/design/animeshootergen.md 4.1."""
    best, best_difference = None, None
    for count in range(SCALES * SCALES, MAX_TILES + 1):
        for columns in range(1, count + 1):
            if count % columns:
                continue
            rows = count // columns
            difference = abs(width / height - columns / rows)
            if best is None or difference < best_difference:
                best, best_difference = (columns, rows), difference
            elif difference == best_difference and width * height > 0.5 * tile * tile * columns * rows:
                best = (columns, rows)
    return best


def cut(picture, columns, rows, tile):
    """Tiles [columns * rows, 3, tile, tile] of the picture resized to fill them."""
    sized = np.asarray(Image.fromarray(picture).resize((columns * tile, rows * tile), Image.Resampling.BICUBIC))
    tiles = []
    for row in range(rows):
        for column in range(columns):
            part = sized[row * tile:(row + 1) * tile, column * tile:(column + 1) * tile]
            tiles.append(part.transpose(2, 0, 1))
    return np.stack(tiles)


def tiles_of(picture, tile, dynamic):
    """uint8 tiles, and the grid of the last scale."""
    if not dynamic:
        return cut(picture, 1, 1, tile), (1, 1)
    grid = nearest_grid(picture.shape[1], picture.shape[0], tile)
    grids = [(scale, scale) for scale in range(1, SCALES)] + [grid]
    return np.concatenate([cut(picture, columns, rows, tile) for columns, rows in grids]), grid


def put_together(tiles, columns, rows):
    """[columns * rows, g * g, C] to a map [rows * g, columns * g, C]."""
    g = int(round(math.sqrt(tiles.shape[1])))
    whole = np.zeros((rows * g, columns * g, tiles.shape[2]))
    for number, tokens in enumerate(tiles):
        row, column = divmod(number, columns)
        for token, value in enumerate(tokens):
            y, x = divmod(token, g)
            whole[row * g + y, column * g + x] = value
    return whole


def resize_area(whole, height, width):
    """The mean over every source cell that an output cell touches."""
    out = np.zeros((height, width, whole.shape[2]))
    for y in range(height):
        top, bottom = y * whole.shape[0] // height, -(-(y + 1) * whole.shape[0] // height)
        for x in range(width):
            left, right = x * whole.shape[1] // width, -(-(x + 1) * whole.shape[1] // width)
            out[y, x] = whole[top:bottom, left:right].mean((0, 1))
    return out


def merge_scales(features, grid):
    """[n, g * g, C] of all scales to [columns * rows, g * g, 3 C]."""
    columns, rows = grid
    g = int(round(math.sqrt(features.shape[1])))
    maps, first = [], 0
    for scale in range(1, SCALES):
        part = put_together(features[first:first + scale * scale], scale, scale)
        maps.append(resize_area(part, rows * g, columns * g))
        first += scale * scale
    maps.append(put_together(features[first:], columns, rows))
    whole = np.concatenate(maps, -1)
    tiles = []
    for row in range(rows):
        for column in range(columns):
            tiles.append(whole[row * g:(row + 1) * g, column * g:(column + 1) * g].reshape(g * g, -1))
    return np.stack(tiles)


def project(features, weights):
    """One tile [g * g, C] to [h * h, D], in double."""
    w = {name: value.double().numpy() for name, value in weights.items()}
    g = int(round(math.sqrt(features.shape[0])))
    h = (g + 1) // 2
    channels = features.shape[1]
    out = []
    for row in range(h):
        for column in range(h):
            square = np.zeros((2, 2, channels))
            for dy in range(2):
                for dx in range(2):
                    y, x = 2 * row + dy, 2 * column + dx
                    if y < g and x < g:
                        square[dy, dx] = features[y * g + x]
            v = square.reshape(-1)
            v = (v - v.mean()) / math.sqrt(v.var() + 1e-5) * w["layers.1.weight"] + w["layers.1.bias"]
            v = w["layers.2.weight"] @ v + w["layers.2.bias"]
            v = v * 0.5 * (1.0 + erf(v / math.sqrt(2.0)))
            out.append(w["layers.4.weight"] @ v + w["layers.4.bias"])
    return np.stack(out)


def tokens_of(features, grid, dynamic, weights):
    """Features of all tiles to the tokens of the picture [n, D]."""
    tiles = merge_scales(features, grid) if dynamic else np.tile(features, (1, 1, SCALES))
    projected = np.stack([project(tile, weights) for tile in tiles])
    return put_together(projected, *grid).reshape(-1, projected.shape[2])


def tensor(array, dtype=torch.float32):
    return torch.from_numpy(np.ascontiguousarray(array)).to(dtype)


def case(number, name, sizes, width, dtype, prefixed):
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    model = SiglipVisionModel(SiglipVisionConfig(**sizes, attn_implementation="eager"))
    bare = {key.removeprefix("vision_model."): value.shape for key, value in model.state_dict().items()}
    prefix = "vision_model." if prefixed else ""
    weights = golden.seeded_weights({prefix + key: shape for key, shape in bare.items()}, 940 + number, dtype)
    model.load_state_dict({key: weights[prefix + key.removeprefix("vision_model.")].float() for key in model.state_dict()})
    model.eval()
    if number == 0:  # a head is nothing to us: it may be there or not
        weights = {key: value for key, value in weights.items() if ".head." not in key}
    golden.write_checkpoint(folder / "vision_tower", {"model_type": "siglip_vision_model", "hidden_act": "gelu_pytorch_tanh",
                                                      "layer_norm_eps": 1e-6, **sizes}, weights)
    channels = SCALES * sizes["hidden_size"]
    shapes = {"layers.1.weight": (4 * channels,), "layers.1.bias": (4 * channels,),
              "layers.2.weight": (width, 4 * channels), "layers.2.bias": (width,),
              "layers.4.weight": (width, width), "layers.4.bias": (width,)}
    projector = golden.seeded_weights(shapes, 950 + number, dtype, norms=("layers.1.weight",))
    golden.write_checkpoint(folder / "mm_projector", {"mm_projector_type": "mlp_downsample"}, projector)

    tile = sizes["image_size"]
    double = copy.deepcopy(model).double()

    def states(net, pixels):
        return net(pixel_values=pixels, output_hidden_states=True).hidden_states

    pixels = golden.normal(960 + number, (1 + number, 3, tile, tile))
    hidden = states(model, pixels)
    features = hidden[-2]
    distance = golden.relative(features, states(double, pixels.double())[-2])
    # Features of order 0.003, where the projector's eps shows.
    some = golden.normal(970 + number, (2, features.shape[1], channels), 0.003)
    expected = {"pixel_values": pixels, "features": features, "embeddings": hidden[0], "last": hidden[-1],
                "projector_features": some,
                "projector_embeds": tensor(np.stack([project(t, projector) for t in some.double().numpy()]))}
    random = np.random.RandomState(980 + number)
    for shape_name, (w, h) in {"wide": (45, 30), "tall": (23, 61), "square": (40, 40)}.items():
        picture = random.randint(0, 256, (h, w, 3), dtype=np.uint8)
        expected[f"{shape_name}.picture"] = tensor(picture, torch.uint8)
        for dynamic in (False, True):
            if dynamic and number == 0 and shape_name == "square":
                continue  # two shapes say enough
            tiles, grid = tiles_of(picture, tile, dynamic)
            normalised = (tiles / 255.0 - 0.5) / 0.5
            values = states(double, torch.from_numpy(normalised))[-2].numpy()
            kind = "dynamic" if dynamic else "single"
            expected[f"{shape_name}.{kind}.tokens"] = tensor(tokens_of(values, grid, dynamic, projector))
            if number == 1:
                expected[f"{shape_name}.{kind}.tiles"] = tensor(tiles, torch.uint8)
    golden.write_expected(folder / "expected.safetensors", expected, distance, __file__)


def geometry():
    """Grids for many sizes, and merged maps of random features, without a network."""
    random = np.random.RandomState(990)
    sizes = [(720, 480), (480, 720), (1920, 1080), (1080, 1920), (512, 512), (100, 1000), (3000, 200), (1, 1), (448, 448)]
    # Halfway between two grids: the first wins in small pictures, the later in large ones.
    sizes += [(11, 4), (2750, 1000), (4, 11), (1000, 2750)]
    sizes += [tuple(int(v) for v in random.randint(1, 3000, 2)) for _ in range(120)]
    grids = [(*size, *nearest_grid(*size, 448)) for size in sizes]
    expected = {"grids": torch.tensor(grids)}
    for columns, rows in ((4, 3), (3, 4), (3, 3), (11, 1), (2, 5)):
        count = sum(s * s for s in range(1, SCALES)) + columns * rows
        features = golden.normal(1000 + columns, (count, 9, 2))
        expected[f"{columns}x{rows}.features"] = features
        expected[f"{columns}x{rows}.merged"] = tensor(merge_scales(features.double().numpy(), (columns, rows)))
    golden.write_expected(HERE / "geometry.safetensors", expected, 0.0, __file__)


def main():
    geometry()
    with torch.inference_mode():
        for number, (name, (sizes, width, dtype, prefixed)) in enumerate(CASES.items()):
            case(number, name, sizes, width, dtype, prefixed)


if __name__ == "__main__":
    main()
