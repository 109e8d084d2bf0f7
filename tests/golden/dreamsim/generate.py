"""DreamSim by the dreamsim package: python tests/golden/dreamsim/generate.py (versions in requirements.txt).

tiny/ is a whole archive of the released form, three narrow networks and a LoRA by peft, read by the package's own
dreamsim() on one side and converted by tools/convert_dreamsim on the other. real.safetensors is the published size
with weights from the formula of ../seeded_encoders. preprocess.json is the package's preprocessing.
"""
import functools
import hashlib
import importlib.util
import json
import math
import pathlib
import sys
import tempfile

import numpy as np
import peft
import torch
from PIL import Image
from safetensors.torch import save_file

import dreamsim.config
import dreamsim.feature_extraction.extractor as extractor
import dreamsim.feature_extraction.load_clip_as_dino as load_clip
import dreamsim.feature_extraction.load_open_clip_as_dino as load_open_clip
from dreamsim.feature_extraction.vision_transformer import VisionTransformer, vit_base
from dreamsim.model import PerceptualModel
from dreamsim.model import dreamsim as load_dreamsim

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(ROOT / "tools" / "convert_dreamsim"))
import convert  # noqa: E402
import encoder_golden as golden  # noqa: E402

SIDE, PATCH, HEADS, RANK, ALPHA = 16, 4, 2, 3, 0.7
MERGED = ["extractor_list.0.model.blocks.7.attn.qkv.weight", "extractor_list.1.model.blocks.0.attn.qkv.weight",
          "extractor_list.2.model.blocks.1.attn.qkv.weight"]


def module_of(path):
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_generate", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tiny_vit(width, depth, **_):
    return VisionTransformer(img_size=[SIDE], patch_size=PATCH, embed_dim=width, depth=depth, num_heads=HEADS,
                             mlp_ratio=2, qkv_bias=True, norm_layer=functools.partial(torch.nn.LayerNorm, eps=1e-6))


# The feature of DINO is read after block 11, so it has twelve.
tiny_dino = functools.partial(tiny_vit, width=8, depth=12)
tiny_clip = functools.partial(tiny_vit, width=16, depth=2)


def patch_package(dino, clip):
    """The package's classes in other sizes; its code is otherwise untouched."""
    load_clip.vit_base = load_open_clip.vit_base = clip
    extractor.torch.hub.load = lambda _repository, name: dino
    assert dreamsim.config.dreamsim_args["model_config"]["ensemble"]["model_type"].startswith("dino_vitb16")


def seeded(state, seed):
    """golden.seeded_weights with patches that count: between pictures distances are then far above the noise."""
    filled = golden.seeded_weights(state, seed)
    filled["patch_embed.proj.weight"] *= 20.0
    if "pos_drop.weight" in filled:
        filled["pos_drop.weight"] += 1.0  # a norm by another name
    return filled


def write_archive(folder):
    """Seeded weights in the layout of dreamsim_ensemble_checkpoint.zip, and DINO's network where torch.hub keeps it."""
    dino = tiny_dino()
    dino.load_state_dict(seeded(dino.state_dict(), 500))
    (folder / "checkpoints").mkdir()
    torch.save(dino.state_dict(), folder / "checkpoints" / "dino_vitbase16_pretrain.pth")
    head = {f"module.head.mlp.{i}.{kind}": torch.zeros(1) for i in (0, 2, 4) for kind in ("weight", "bias")}
    torch.save({"student": {**head, "module.head.last_layer.weight": torch.zeros(1)}}, folder / "dino_vitb16_pretrain.pth")
    for i, name in enumerate(("clip_vitb16", "open_clip_vitb16")):
        clip = tiny_clip()
        clip.pos_drop = torch.nn.LayerNorm(clip.embed_dim)
        state = dict(clip.state_dict(), proj=torch.empty(clip.embed_dim, 12))
        torch.save({"state_dict": seeded(state, 501 + i)}, folder / f"{name}_pretrain.pth.tar")
    patch_package(dino, tiny_clip)
    ensemble = dict(dreamsim.config.dreamsim_args["model_config"]["ensemble"])
    model = peft.get_peft_model(PerceptualModel(**ensemble, device="cpu", load_dir=str(folder), normalize_embeds=True),
                                peft.LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.3, bias="none",
                                                target_modules=["qkv"]))
    random = np.random.RandomState(503)
    for name, value in sorted(model.named_parameters()):
        if "lora_" in name:
            value.data = torch.from_numpy((0.5 * random.standard_normal(tuple(value.shape))).astype(np.float32))
    model.save_pretrained(folder / "ensemble_lora")


def in_double(model):
    model.double()
    for part in model.base_model.model.extractor_list:
        if isinstance(part.proj, torch.Tensor):
            part.proj = part.proj.double()
    return model


def branch_features(network, pictures):
    features = {}
    for i, extract in enumerate(network.extract_feats_list):
        features[f"feature.{i}"] = extract(pictures, extractor_index=i).reshape(len(pictures), -1)
    return features


def tiny():
    folder = HERE / "tiny"
    folder.mkdir(exist_ok=True)
    settings = dreamsim.config.dreamsim_args["model_config"]["ensemble"]
    published_stride, settings["stride"] = settings["stride"], ",".join([str(PATCH)] * 3)
    with tempfile.TemporaryDirectory() as temporary:
        archive = pathlib.Path(temporary)
        # Loaded anew below: peft puts its layers into the module that it is given.
        write_archive(archive)
        dino = tiny_dino()
        dino.load_state_dict(torch.load(archive / "checkpoints" / "dino_vitbase16_pretrain.pth", weights_only=True))
        patch_package(dino, tiny_clip)
        model, preprocess = load_dreamsim(pretrained=True, device="cpu", cache_dir=str(archive))
        convert.convert(archive, folder, heads=HEADS)
    settings["stride"] = published_stride
    pictures = torch.from_numpy(np.random.RandomState(504).random_sample((4, 3, SIDE, SIDE)).astype(np.float32))
    with torch.inference_mode():
        network = model.base_model.model
        expected = {"pixels": pictures, "embedding": network.embed(pictures), **branch_features(network, pictures)}
        distance32 = model(pictures[:2], pictures[2:])
        in_double(model)
        embedding64 = network.embed(pictures.double())
        # In double: 1 - cosine of float32 vectors that are near each other keeps four digits.
        expected["distance"] = model(pictures[:2].double(), pictures[2:].double())
    noise = golden.fp64_distance(expected["embedding"], embedding64)
    print("distances", expected["distance"].tolist(), "in float32", distance32.tolist())
    merged = model.merge_and_unload().float().state_dict()
    for name in MERGED:
        expected[f"merged.{name}"] = merged[name]
    golden.write_expected(folder, expected, noise, __file__)
    preprocessing(preprocess)


def seeded_tensor(formula, name, shape):
    """Twin of asbench::testing::seeded_tensor for DreamSim's names."""
    offset, factor = 0.0, None
    if name.endswith(".bias"):
        factor = 0.2
    elif "norm" in name or name.endswith("pos_drop.weight"):
        offset, factor = 1.0, 0.2
    elif name.endswith(("cls_token", "pos_embed")):
        factor = 0.5
    else:
        factor = 1.0 / math.sqrt(math.prod(shape[1:]))
    z = formula.seeded_values(name, np.arange(math.prod(shape), dtype=np.uint64))
    return torch.from_numpy((offset + factor * z).astype(np.float32).reshape(shape))


def real():
    formula = module_of(HERE.parent / "seeded_encoders" / "generate.py")

    def state_of(vit, i, proj):
        state = {name: seeded_tensor(formula, f"extractor_list.{i}.model.{name}", tuple(value.shape))
                 for name, value in vit.state_dict().items()}
        if proj:
            state["proj"] = seeded_tensor(formula, f"extractor_list.{i}.proj", (768, 512))
        return state

    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        dino = vit_base(patch_size=16)
        dino.load_state_dict(state_of(dino, 0, proj=False))
        head = {f"module.head.mlp.{i}.{kind}": torch.zeros(1) for i in (0, 2, 4) for kind in ("weight", "bias")}
        torch.save({"student": {**head, "module.head.last_layer.weight": torch.zeros(1)}},
                   folder / "dino_vitb16_pretrain.pth")
        for i, name in enumerate(("clip_vitb16", "open_clip_vitb16"), start=1):
            clip = vit_base(patch_size=16)
            clip.pos_drop = torch.nn.LayerNorm(clip.embed_dim)
            torch.save({"state_dict": state_of(clip, i, proj=True)}, folder / f"{name}_pretrain.pth.tar")
        patch_package(dino, vit_base)
        network = PerceptualModel(**dreamsim.config.dreamsim_args["model_config"]["ensemble"], device="cpu",
                                  load_dir=str(folder), normalize_embeds=True).eval()
    pictures = 0.5 + 0.2 * formula.pictures()
    with torch.inference_mode():
        embedding = network.embed(pictures)
    distance = 1.0 - torch.nn.functional.cosine_similarity(embedding[:1].double(), embedding.double())
    save_file({"embedding": embedding, "distance": distance, "first_pixels": pictures[:, :, 0, 0].contiguous()},
              HERE / "real.safetensors",
              {"script_sha256": hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()})
    print("real size, distances of the first picture", distance.tolist())


def preprocessing(preprocess):
    """The second thing that dreamsim() returns, on pictures that a formula draws."""
    pictures = module_of(HERE.parent / "preprocess" / "generate.py")
    cases = []
    for kind, height, width, seed in (("noise", 480, 720, 1), ("smooth", 100, 57, 2), ("blocks", 224, 224, 3),
                                      ("noise", 31, 200, 4)):
        image = Image.fromarray(pictures.picture(kind, height, width, 3, seed))
        values = preprocess(image)[0].numpy()
        cases.append({"kind": kind, "height": height, "width": width, "seed": seed, "shape": list(values.shape),
                      "values_sha256": pictures.sha256(values), "corner": values[:, 0, 0].tolist()})
    (HERE / "preprocess.json").write_text(json.dumps(
        {"generator_sha256": hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest(), "cases": cases},
        indent=1) + "\n")


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    tiny()
    real()


if __name__ == "__main__":
    main()
