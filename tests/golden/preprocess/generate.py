"""Writes golden.json: what the published packages make of pictures that a formula draws.

    python generate.py            write golden.json
    python generate.py --verify   compute everything again and compare with golden.json; also runs under transformers 4,
                                  whose slow processors must agree (pins in README.md)

Needs Pillow, numpy, transformers, torch, torchvision, open_clip_torch at the versions in ../requirements.txt (with
--verify under transformers 4: Pillow, numpy and transformers are enough).
"""

import hashlib
import json
import pathlib
import sys

import numpy as np
import PIL
import transformers
from PIL import Image

try:  # transformers 5: the Pillow processors have names of their own
    from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil as Bit
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil as Clip
    from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil as Vit
except ImportError:  # transformers 4: the slow ones
    from transformers import BitImageProcessor as Bit
    from transformers import CLIPImageProcessor as Clip
    from transformers import ViTImageProcessor as Vit

HERE = pathlib.Path(__file__).resolve().parent
CLIP_MEAN, CLIP_STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
IMAGENET_MEAN, IMAGENET_STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def picture(kind, height, width, channels, seed):
    """uint8 [height, width, channels]; tests/models/preprocess/pictures.h draws the same."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    if kind == "noise":
        v = ((y * width + x) * channels + c).astype(np.uint32)
        v = v * np.uint32(0x9E3779B1) + np.uint32((seed * 0x85EBCA77) & 0xFFFFFFFF)
        v ^= v >> np.uint32(15)
        v *= np.uint32(0x2C1B3C6D)
        v ^= v >> np.uint32(12)
        v *= np.uint32(0x297A2D39)
        v ^= v >> np.uint32(15)
        return (v & np.uint32(255)).astype(np.uint8)
    if kind == "smooth":  # a triangle wave along a slope that differs by channel
        t = (x * (2 + c) + y * (5 - c) + seed) % 510
        return np.where(t > 255, 510 - t, t).astype(np.uint8)
    if kind == "blocks":  # 0 and 255 in 7 x 5 blocks: the bicubic filter overshoots at every edge
        return np.where((x // 7 + y // 5 + c + seed) % 2 == 0, 0, 255).astype(np.uint8)
    raise ValueError(kind)


def sha256(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def clip_file(**changes):
    return {"feature_extractor_type": "CLIPFeatureExtractor", "size": 224, "crop_size": 224, "resample": 3,
            "do_resize": True, "do_center_crop": True, "do_normalize": True, "image_mean": CLIP_MEAN,
            "image_std": CLIP_STD, **changes}


def vit_file(**changes):
    return {"feature_extractor_type": "ViTFeatureExtractor", "size": 224, "resample": 2, "do_resize": True,
            "do_normalize": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3, **changes}


def bit_file(**changes):
    return {"image_processor_type": "BitImageProcessor", "size": {"shortest_edge": 256},
            "crop_size": {"height": 224, "width": 224}, "resample": 3, "do_resize": True, "do_center_crop": True,
            "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "do_convert_rgb": True,
            "image_mean": IMAGENET_MEAN, "image_std": IMAGENET_STD, **changes}


SMALL = {"size": {"shortest_edge": 24}, "crop_size": {"height": 20, "width": 20}}
# name, kind, height, width, seed, preprocessor_config.json or the name of a profile
CASES = [
    ("frame 720x480, CLIP, noise", "noise", 480, 720, 1, clip_file()),
    ("frame 720x480, CLIP, smooth", "smooth", 480, 720, 2, clip_file()),
    ("frame 720x480, CLIP, hard edges", "blocks", 480, 720, 3, clip_file()),
    ("frame 720x480, DINO's own file: squash", "noise", 480, 720, 4, vit_file()),
    ("frame 720x480, DINOv2", "noise", 480, 720, 5, bit_file()),
    ("frame 720x480, CLIP bilinear", "noise", 480, 720, 6, clip_file(resample=2)),
    ("odd sizes 719x479, DINOv2", "noise", 479, 719, 7, bit_file()),
    ("portrait 333x601, CLIP", "noise", 601, 333, 8, clip_file()),
    ("an offset that rounds up or down: 227x224", "noise", 224, 227, 9, clip_file()),
    ("up-scaling 100x75, CLIP", "smooth", 75, 100, 10, clip_file()),
    ("already 224 high: only the crop", "noise", 224, 336, 11, clip_file()),
    ("only the vertical pass: 224x500 squashed", "noise", 500, 224, 12, vit_file()),
    ("1 pixel high, CLIP", "noise", 1, 40, 13, clip_file()),
    ("1 pixel wide, squashed", "noise", 300, 1, 14, vit_file()),
    ("a single pixel", "noise", 1, 1, 15, clip_file()),
    ("smaller than the crop: zeros around", "noise", 37, 53, 16, clip_file(do_resize=False)),
    ("smaller than the crop in one direction", "noise", 37, 400, 17, clip_file(do_resize=False)),
    ("no resize, no crop", "noise", 21, 34, 18, clip_file(do_resize=False, do_center_crop=False)),
    ("squash to 24x40", "noise", 61, 47, 19, vit_file(size={"height": 24, "width": 40}, resample=3)),
    ("crop 18x26 of short 30", "noise", 90, 61, 20,
     bit_file(size={"shortest_edge": 30}, crop_size={"height": 18, "width": 26})),
    ("another rescale factor, no normalisation", "noise", 31, 45, 21,
     bit_file(**SMALL, rescale_factor=1 / 127.5, do_normalize=False)),
    ("no rescaling", "noise", 31, 45, 22, bit_file(**SMALL, do_rescale=False)),
    ("small, every byte stored", "noise", 45, 67, 23, bit_file(**SMALL)),
    ("frame 720x480, openai-clip", "noise", 480, 720, 24, "openai-clip"),
    ("openai-clip where it differs from hf: 227x224", "noise", 224, 227, 9, "openai-clip"),
    ("frame 720x480, dino-eval", "noise", 480, 720, 25, "dino-eval"),
    ("dino-eval, portrait 333x601", "noise", 601, 333, 26, "dino-eval"),
]


def processor_of(config, classes):
    name = config.get("image_processor_type") or config["feature_extractor_type"]
    settings = {k: v for k, v in config.items() if not k.endswith("_type")}
    return classes[name.replace("ImageProcessor", "").replace("FeatureExtractor", "")](**settings)


def torchvision_style(name, levels_only):
    """open_clip's own transform of a picture, and the lines of facebookresearch/dino eval_knn.py."""
    import open_clip.transform
    from torchvision import transforms

    if name == "openai-clip":
        full = open_clip.transform.image_transform(224, is_train=False, mean=CLIP_MEAN, std=CLIP_STD)
    else:
        full = transforms.Compose([transforms.Resize(256, interpolation=transforms.InterpolationMode.BICUBIC),
                                   transforms.CenterCrop(224), transforms.ToTensor(),
                                   transforms.Normalize(IMAGENET_MEAN, IMAGENET_STD)])
    if not levels_only:
        return full
    return transforms.Compose([t for t in full.transforms if type(t).__name__ in ("Resize", "CenterCrop")])


def run(image, settings):
    """Bytes after resize and crop [H, W, 3] and pixel_values [3, H, W]."""
    pil = Image.fromarray(image)
    if isinstance(settings, str):
        return (np.array(torchvision_style(settings, True)(pil)), torchvision_style(settings, False)(pil).numpy())
    classes = {"CLIP": Clip, "ViT": Vit, "Bit": Bit}

    def values(config):
        return processor_of(config, classes)(pil, return_tensors="np", input_data_format="channels_last")[
            "pixel_values"][0]

    return np.moveaxis(values({**settings, "do_rescale": False, "do_normalize": False}), 0, 2), values(settings)


def profile_cases():
    result = []
    for name, kind, height, width, seed, settings in CASES:
        try:
            levels, values = run(picture(kind, height, width, 3, seed), settings)
        except ImportError:
            continue  # --verify without torch
        assert levels.dtype == np.uint8 and values.dtype in (np.float32, np.uint8), (name, levels.dtype, values.dtype)
        values = values.astype(np.float32)
        case = {"name": name, "kind": kind, "height": height, "width": width, "seed": seed, "settings": settings,
                "output": list(levels.shape[:2]), "bytes_sha256": sha256(levels), "values_sha256": sha256(values),
                # 16 values along the diagonal of the channels' planes, to see how far off a failure is
                "some_values": [float(values.reshape(-1)[i])
                                for i in np.linspace(0, values.size - 1, 16).astype(int)]}
        if levels.size <= 2000:
            case["bytes_hex"] = np.ascontiguousarray(levels).tobytes().hex()
        result.append(case)
    return result


def resize_cases():
    """Image.resize alone, modes L, RGB and CMYK (four channels without alpha arithmetic)."""
    sizes = [(480, 720, 224, 336), (480, 720, 256, 384), (479, 719, 224, 336), (100, 75, 224, 224), (7, 8, 3, 12),
             (33, 17, 33, 5), (33, 17, 5, 17), (64, 1, 9, 9), (1, 64, 9, 9), (2, 2, 1, 1), (1, 1, 50, 31),
             (97, 601, 31, 8), (601, 97, 8, 31), (40, 40, 40, 40)]
    result = []
    for i, (height, width, new_height, new_width) in enumerate(sizes):
        for channels, mode in ((1, "L"), (3, "RGB"), (4, "CMYK")):
            kind = ("noise", "blocks")[i % 2]
            image = picture(kind, height, width, channels, 100 + i)
            pil = Image.frombytes(mode, (width, height), image.tobytes())
            case = {"kind": kind, "height": height, "width": width, "channels": channels, "seed": 100 + i,
                    "new_height": new_height, "new_width": new_width}
            for filter_name, number in (("bilinear", Image.BILINEAR), ("bicubic", Image.BICUBIC),
                                        ("lanczos", Image.LANCZOS)):
                case[filter_name + "_sha256"] = hashlib.sha256(
                    pil.resize((new_width, new_height), number).tobytes()).hexdigest()
            result.append(case)
    return result


def composite_cases():
    """Every pair of colour and alpha over each background: paste with a mask, and alpha_composite."""
    y, x = np.meshgrid(np.arange(256), np.arange(256), indexing="ij")
    rgba = Image.fromarray(np.stack([x, 255 - x, (7 * x + y) % 256, y], axis=2).astype(np.uint8))
    result = []
    mean = tuple(round(255 * m) for m in CLIP_MEAN)
    for name, colour in (("black", (0, 0, 0)), ("white", (255,) * 3), ("gray", (128,) * 3), ("mean", mean)):
        pasted = Image.new("RGB", rgba.size, colour)
        pasted.paste(rgba, mask=rgba.getchannel("A"))
        composed = Image.alpha_composite(Image.new("RGBA", rgba.size, colour + (255,)), rgba).convert("RGB")
        assert pasted.tobytes() == composed.tobytes()
        result.append({"background": name, "mean": CLIP_MEAN, "sha256": hashlib.sha256(pasted.tobytes()).hexdigest()})
    return result


def fast_case():
    """What the tensor-based ("fast") processor makes of the case that stores every byte: close, and not equal."""
    import torchvision
    from transformers import BitImageProcessor as FastBit

    name, kind, height, width, seed, settings = next(c for c in CASES if "every byte" in c[0])
    image = picture(kind, height, width, 3, seed)
    pil = Image.fromarray(image)

    def values(config):
        result = processor_of(config, {"Bit": FastBit})(pil, return_tensors="pt")["pixel_values"][0].numpy()
        return np.ascontiguousarray(result)

    levels = np.moveaxis(values({**settings, "do_rescale": False, "do_normalize": False}), 0, 2)
    ours, _ = run(image, settings)
    difference = np.abs(levels.astype(int) - ours.astype(int))
    assert levels.shape == ours.shape and 1 <= difference.max() <= 4, difference.max()
    return {"case": name, "torchvision": torchvision.__version__,
            "bytes_hex": np.ascontiguousarray(levels.astype(np.uint8)).tobytes().hex(),
            "values_hex": values(settings).astype("<f4").tobytes().hex()}


def main():
    verify = "--verify" in sys.argv[1:]
    golden = {
        "generator_sha256": hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest(),
        "versions": {"pillow": PIL.__version__, "numpy": np.__version__, "transformers": transformers.__version__},
        "profiles": profile_cases(), "resizes": resize_cases(), "composites": composite_cases()}
    if not verify:
        import open_clip
        import torch

        golden["versions"] |= {"torch": torch.__version__, "open_clip_torch": open_clip.__version__}
        golden["fast_processor"] = fast_case()
        (HERE / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")
        return
    stored = json.loads((HERE / "golden.json").read_text())
    names = {case["name"] for case in golden["profiles"]}
    stored["profiles"] = [case for case in stored["profiles"] if case["name"] in names]
    for part in ("generator_sha256", "profiles", "resizes", "composites"):
        assert json.loads(json.dumps(golden[part])) == stored[part], part
    print(f"equal: {len(golden['profiles'])} profile cases, {len(golden['resizes'])} resizes, "
          f"{len(golden['composites'])} composites, with {golden['versions']}")


if __name__ == "__main__":
    main()
