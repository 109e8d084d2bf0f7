#!/usr/bin/env python3
"""tools/convert_dreamsim on tiny seeded archives in the released layout: convert_dreamsim_test.py SOURCE

Needs NumPy; exits with 77 where there is none. Files of torch.save are written by the few lines below, so that torch is
not needed; tests/golden/dreamsim converts an archive that torch and peft wrote.
"""
import io
import json
import pathlib
import pickle
import subprocess
import sys
import tempfile
import types
import unittest
import zipfile

try:
    import numpy as np
except ImportError:
    print("NumPy is not installed: skipped")
    sys.exit(77)

FOLDER = pathlib.Path(sys.argv[1]) / "tools/convert_dreamsim"
sys.path.insert(0, str(FOLDER))
import convert  # noqa: E402
import torch_files  # noqa: E402

SIDE, PATCH, WIDTH, INNER, HEADS, RANK, ALPHA = 8, 4, 6, 10, 2, 2, 0.7
LAYERS = {"dino_vitb16": 3, "clip_vitb16": 2, "open_clip_vitb16": 2, "clip_vitb32": 2}


# --- torch.save without torch -----------------------------------------------------------------------------------------
def fake_torch():
    """Modules whose functions and classes pickle under torch's names."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    exec("def _rebuild_tensor_v2(*_): pass", utils.__dict__)
    utils._rebuild_tensor_v2.__module__ = "torch._utils"
    for name in ("FloatStorage", "HalfStorage", "ComplexStorage"):
        setattr(torch, name, type(name, (), {"__module__": "torch"}))
    torch._utils = utils
    return {"torch": torch, "torch._utils": utils}


class Tensor:
    """What the pickler below writes as a tensor; `transposed` is stored as a view with other strides."""

    def __init__(self, array, transposed=False, kind="FloatStorage"):
        self.array, self.transposed, self.kind = array, transposed, kind


class Pickler(pickle.Pickler):
    def __init__(self, stream, modules):
        super().__init__(stream, protocol=2)
        self.modules, self.blobs = modules, []

    def persistent_id(self, value):
        if isinstance(value, tuple) and value and value[0] == "a storage":
            self.blobs.append(value[1])
            return ("storage", getattr(self.modules["torch"], value[2]), str(len(self.blobs) - 1), "cpu", len(value[1]))
        return None

    def reducer_override(self, value):
        if not isinstance(value, Tensor):
            return NotImplemented
        kept = np.ascontiguousarray(value.array.T if value.transposed else value.array)
        steps = [step // kept.itemsize for step in kept.strides]
        arguments = (("a storage", kept.tobytes(), value.kind), 0, value.array.shape,
                     tuple(reversed(steps) if value.transposed else steps), False, {})
        return self.modules["torch._utils"]._rebuild_tensor_v2, arguments


def torch_save(value, path):
    modules = fake_torch()
    stream = io.BytesIO()
    kept = {name: sys.modules.get(name) for name in modules}
    sys.modules.update(modules)
    try:
        pickler = Pickler(stream, modules)
        pickler.dump(value)
    finally:
        for name, module in kept.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", stream.getvalue())
        for i, blob in enumerate(pickler.blobs):
            archive.writestr(f"archive/data/{i}", blob)


# --- A seeded archive -------------------------------------------------------------------------------------------------
def seeded_vit(name, random):
    def values(*shape):
        return random.standard_normal(shape).astype(np.float32)

    state = {"cls_token": values(1, 1, WIDTH), "pos_embed": values(1, (SIDE // PATCH) ** 2 + 1, WIDTH),
             "patch_embed.proj.weight": values(WIDTH, 3, PATCH, PATCH), "patch_embed.proj.bias": values(WIDTH),
             "norm.weight": values(WIDTH), "norm.bias": values(WIDTH)}
    for i in range(LAYERS[name]):
        for norm in ("norm1", "norm2"):
            state[f"blocks.{i}.{norm}.weight"], state[f"blocks.{i}.{norm}.bias"] = values(WIDTH), values(WIDTH)
        for layer, out, inputs in (("attn.qkv", 3 * WIDTH, WIDTH), ("attn.proj", WIDTH, WIDTH), ("mlp.fc1", INNER, WIDTH),
                                   ("mlp.fc2", WIDTH, INNER)):
            state[f"blocks.{i}.{layer}.weight"], state[f"blocks.{i}.{layer}.bias"] = values(out, inputs), values(out)
    if "clip" in name:
        state |= {"pos_drop.weight": values(WIDTH), "pos_drop.bias": values(WIDTH), "proj": values(WIDTH, 5)}
    return state


def tensors(state):
    # Every second one as a transposed view, as some of torch's are.
    return {key: Tensor(value, transposed=i % 2 == 1) for i, (key, value) in enumerate(state.items())}


class Archive:
    """The ensemble's archive in memory, to be changed and written."""

    def __init__(self, kind="ensemble"):
        random = np.random.RandomState(7)
        self.kind = kind
        self.networks = {settings["name"]: seeded_vit(settings["name"], random) for settings in convert.TYPES[kind][0]}
        self.adapter_config = {"peft_type": "LORA", "r": RANK, "lora_alpha": ALPHA, "lora_dropout": 0.3, "bias": "none",
                               "target_modules": ["qkv"], "fan_in_fan_out": False, "modules_to_save": None}
        self.lora = {}
        for i, (name, _) in enumerate(self.networks.items()):
            for block in range(LAYERS[name]):
                key = f"base_model.model.extractor_list.{i}.model.blocks.{block}.attn.qkv.lora_"
                self.lora[f"{key}A.weight"] = random.standard_normal((RANK, WIDTH)).astype(np.float32)
                self.lora[f"{key}B.weight"] = random.standard_normal((3 * WIDTH, RANK)).astype(np.float32)
        self.adapter_file = "adapter_model.bin"
        self.dino = "hub"

    def write(self, folder):
        lora = folder / convert.TYPES[self.kind][1]
        lora.mkdir()
        if self.adapter_config is not None:
            (lora / "adapter_config.json").write_text(json.dumps(self.adapter_config))
        if self.adapter_file == "adapter_model.bin":
            torch_save(tensors(self.lora), lora / self.adapter_file)
        elif self.adapter_file:
            torch_files.write_safetensors(lora / self.adapter_file, self.lora)
        for name, state in self.networks.items():
            if "clip" in name:
                torch_save({"state_dict": tensors(state)}, folder / f"{name}_pretrain.pth.tar")
        if "dino_vitb16" in self.networks:
            self.write_dino(folder)
        return folder

    def write_dino(self, folder):
        body, head = tensors(self.networks["dino_vitb16"]), {"module.head.mlp.0.weight": Tensor(np.ones(2, np.float32))}
        file = folder / "dino_vitb16_pretrain.pth"
        if self.dino == "plain":
            torch_save(body, file)
            return
        full = {"student": head, "epoch": 400, "args": types.SimpleNamespace(lr=0.1)}
        if self.dino == "teacher":
            wrong = {f"module.backbone.{key}": Tensor(value.array + 1) for key, value in body.items()}
            full |= {"student": {**head, **wrong}, "teacher": {f"backbone.{key}": value for key, value in body.items()}}
        torch_save(full, file)
        if self.dino == "hub":
            (folder / "checkpoints").mkdir()
            torch_save(body, folder / "checkpoints" / "dino_vitbase16_pretrain.pth")


def merged_by_hand(weight, a, b, scale):
    """W + scale * B A, element by element in Python's floats."""
    result = np.array(weight, np.float64)
    for row in range(b.shape[0]):
        for column in range(a.shape[1]):
            result[row, column] += scale * sum(float(b[row, k]) * float(a[k, column]) for k in range(a.shape[0]))
    return result


class Convert(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.root = pathlib.Path(self.temporary.name)
        (self.root / "archive").mkdir()

    def run_script(self, archive, *options):
        return subprocess.run([sys.executable, FOLDER / "convert.py", archive, self.root / "out", "--heads", str(HEADS),
                               *options], capture_output=True, text=True)

    def converted(self, archive, *options):
        run = self.run_script(archive.write(self.root / "archive"), *options)
        self.assertEqual(run.returncode, 0, run.stderr)
        return torch_files.read_safetensors(self.root / "out" / "model.safetensors")

    def refused(self, archive, *parts, options=()):
        run = self.run_script(archive.write(self.root / "archive"), *options)
        self.assertEqual(run.returncode, 1, run.stdout)
        self.assertNotIn("Traceback", run.stderr)
        for part in parts:
            self.assertIn(part, run.stderr)
        self.assertFalse((self.root / "out").exists(), "nothing may be written")

    def expect_weights(self, archive, found):
        """Every tensor of the archive is there under its name, qkv with the LoRA in it, and nothing else."""
        names = set()
        for i, (network, state) in enumerate(archive.networks.items()):
            for key, value in state.items():
                if network.startswith("dino") and key.startswith("norm."):
                    continue
                name = f"extractor_list.{i}.{key}" if key == "proj" else f"extractor_list.{i}.model.{key}"
                names.add(name)
                expected = value
                if key.endswith("attn.qkv.weight"):
                    lora = f"base_model.model.extractor_list.{i}.model.{key[:-len('weight')]}lora_"
                    expected = merged_by_hand(value, archive.lora[f"{lora}A.weight"], archive.lora[f"{lora}B.weight"],
                                              ALPHA / RANK)
                    self.assertGreater(np.abs(expected - value).max(), 0.1)
                    # One rounding to float32 of a sum of this size.
                    np.testing.assert_allclose(found[name], expected, rtol=0, atol=6e-8 * np.abs(expected).max())
                else:
                    np.testing.assert_array_equal(found[name], expected)
        self.assertEqual(set(found), names)

    def test_the_ensemble(self):
        archive = Archive()
        self.expect_weights(archive, self.converted(archive))
        config = json.loads((self.root / "out" / "config.json").read_text())
        self.assertEqual(config["model_type"], "dreamsim")
        self.assertEqual(config["image_size"], SIDE)
        self.assertEqual([b["feat_type"] for b in config["branches"]], ["cls", "embedding", "embedding"])
        self.assertEqual([b["hidden_act"] for b in config["branches"]], ["gelu", "quick_gelu", "gelu"])
        self.assertEqual([b["layer_norm_eps"] for b in config["branches"]], [1e-6, 1e-5, 1e-5])
        self.assertEqual([b["num_hidden_layers"] for b in config["branches"]], [3, 2, 2])
        self.assertEqual([b.get("projection_dim") for b in config["branches"]], [None, 5, 5])
        record = json.loads((self.root / "out" / "conversion.json").read_text())
        self.assertEqual(record["lora"], {"r": RANK, "alpha": ALPHA})
        self.assertEqual(set(record["licences"]), {"DreamSim", "DINO", "CLIP", "OpenCLIP"})
        preprocessor = json.loads((self.root / "out" / "preprocessor_config.json").read_text())
        self.assertEqual(preprocessor["size"], {"height": SIDE, "width": SIDE})
        self.assertFalse(preprocessor["do_normalize"])

    def test_a_single_network(self):
        archive = Archive("clip_vitb32")
        self.expect_weights(archive, self.converted(archive, "--type", "clip_vitb32"))

    def test_the_zip_file_as_released(self):
        archive = Archive()
        folder = archive.write(self.root / "archive")
        with zipfile.ZipFile(self.root / "released.zip", "w") as released:
            for path in sorted(folder.rglob("*")):
                released.write(path, path.relative_to(folder))
        run = self.run_script(self.root / "released.zip")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.expect_weights(archive, torch_files.read_safetensors(self.root / "out" / "model.safetensors"))

    def test_forms_of_the_adapter(self):
        for file in ("adapter_model.bin", "adapter_model.safetensors"):
            for prefix, suffix in (("base_model.model.", ""), ("base_model.model.base_model.model.", ".default"), ("", "")):
                with self.subTest(file=file, prefix=prefix, suffix=suffix), tempfile.TemporaryDirectory() as folder:
                    archive = Archive()
                    plain = dict(archive.lora)
                    archive.adapter_file = file
                    archive.lora = {key.replace("base_model.model.", prefix).replace(".weight", f"{suffix}.weight"): value
                                    for key, value in plain.items()}
                    convert.convert(archive.write(pathlib.Path(folder)), self.root / "out", heads=HEADS)
                    archive.lora = plain
                    self.expect_weights(archive, torch_files.read_safetensors(self.root / "out" / "model.safetensors"))

    def test_forms_of_dino(self):
        for form in ("hub", "plain", "teacher"):
            with self.subTest(form=form), tempfile.TemporaryDirectory() as folder:
                archive = Archive()
                archive.dino = form
                convert.convert(archive.write(pathlib.Path(folder)), self.root / "out", heads=HEADS)
                self.expect_weights(archive, torch_files.read_safetensors(self.root / "out" / "model.safetensors"))

    def test_an_archive_with_dinos_head_alone(self):
        archive = Archive()
        archive.dino = "head"
        self.refused(archive, "--dino-backbone", "dino_vitbase16_pretrain.pth")
        backbone = self.root / "backbone.pth"
        torch_save(tensors(archive.networks["dino_vitb16"]), backbone)
        run = self.run_script(self.root / "archive", "--dino-backbone", str(backbone))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.expect_weights(archive, torch_files.read_safetensors(self.root / "out" / "model.safetensors"))

    def test_no_adapter_config(self):
        archive = Archive()
        archive.adapter_config = None
        self.refused(archive, "adapter_config.json is missing", "rank and alpha")

    def test_other_fine_tuning_than_plain_lora(self):
        changes = {"r": "16", "lora_alpha": None, "bias": "all", "use_rslora": True, "use_dora": True,
                   "rank_pattern": {"blocks.0": 4}, "alpha_pattern": {"blocks.0": 4}, "modules_to_save": ["norm"],
                   "target_modules": ["qkv", "proj"], "fan_in_fan_out": True}
        for key, value in changes.items():
            with self.subTest(key=key), tempfile.TemporaryDirectory() as folder:
                archive = Archive()
                archive.adapter_config[key] = value
                with self.assertRaises(convert.Refused) as raised:
                    convert.convert(archive.write(pathlib.Path(folder)), self.root / "out", heads=HEADS)
                self.assertIn(key, str(raised.exception))
        self.assertFalse((self.root / "out").exists())

    def test_a_rank_that_the_matrices_do_not_have(self):
        archive = Archive()
        archive.adapter_config["r"] = RANK + 1
        self.refused(archive, "extractor_list.0 block 0", f"rank {RANK + 1}")

    def test_a_block_without_lora_and_one_too_many(self):
        archive = Archive()
        key = "base_model.model.extractor_list.2.model.blocks.1.attn.qkv.lora_B.weight"
        archive.lora[key.replace("blocks.1", "blocks.2")] = archive.lora.pop(key)
        self.refused(archive, "extractor_list.2 block 1 lora_B", "extractor_list.2 block 2 lora_B")

    def test_a_matrix_elsewhere(self):
        archive = Archive()
        archive.lora["base_model.model.extractor_list.0.model.blocks.0.mlp.fc1.lora_A.weight"] = np.ones((2, 6), np.float32)
        self.refused(archive, "no LoRA matrices of qkv", "mlp.fc1.lora_A")

    def test_missing_extra_and_misshaped_tensors(self):
        archive = Archive()
        clip = archive.networks["clip_vitb16"]
        del clip["pos_drop.bias"]
        clip["ln_pre.weight"] = np.ones(WIDTH, np.float32)
        clip["blocks.1.norm1.weight"] = np.ones(WIDTH + 1, np.float32)
        self.refused(archive, "clip_vitb16", "Missing: pos_drop.bias", "Unexpected: ln_pre.weight",
                     "Of another shape or type: blocks.1.norm1.weight")

    def test_numbers_that_are_not_finite(self):
        archive = Archive()
        archive.networks["open_clip_vitb16"]["proj"][1, 2] = np.nan
        self.refused(archive, "finite", "extractor_list.2.proj")

    def test_damaged_and_hostile_files(self):
        folder = Archive().write(self.root / "archive")
        clip = folder / "clip_vitb16_pretrain.pth.tar"

        class Hostile:
            def __reduce__(self):
                return pathlib.Path.touch, (pathlib.Path(self.made),)

        hostile = Hostile()
        hostile.made = str(self.root / "code was run")
        hostile_file = self.root / "hostile"
        torch_save({"state_dict": hostile}, hostile_file)
        small = self.root / "small"
        torch_save({"state_dict": {"proj": Tensor(np.ones((2, 3), np.float32))}}, small)
        short = small.read_bytes()
        changed = bytearray(short)
        changed[short.index(np.ones(6, np.float32).tobytes())] ^= 1  # a checksum of the archive no longer fits
        for content in (hostile_file.read_bytes(), short, bytes(changed), short[:100], b"", b"PK"):
            clip.write_bytes(content)
            run = self.run_script(folder)
            self.assertEqual(run.returncode, 1, run.stdout)
            self.assertNotIn("Traceback", run.stderr)
            self.assertIn("clip_vitb16", run.stderr)
        self.assertFalse((self.root / "code was run").exists())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
