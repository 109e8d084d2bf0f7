"""ViT and DINO by transformers: python tests/golden/vit/generate.py (versions in ../requirements.txt)."""
import copy
import pathlib
import sys

import torch
from transformers import ViTConfig, ViTForImageClassification, ViTModel

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import encoder_golden as golden  # noqa: E402

CASES = {
    # As facebook/dino-vitb16: ViTModel with a pooler that nobody needs, eps 1e-12.
    "dino": (ViTModel, dict(hidden_size=36, intermediate_size=64, num_hidden_layers=2, num_attention_heads=3,
                            image_size=32, patch_size=8, layer_norm_eps=1e-12)),
    # A classifier: keys below `vit.`, no query, key and value biases, tanh-shaped gelu.
    "classifier": (ViTForImageClassification, dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2,
                                                   num_attention_heads=4, image_size=36, patch_size=12, qkv_bias=False,
                                                   hidden_act="gelu_new", layer_norm_eps=1e-5)),
}


def main():
    for number, (name, (kind, config)) in enumerate(CASES.items()):
        folder = HERE / name
        model = kind(ViTConfig(**config)).eval()
        model.set_attn_implementation("eager")
        model.load_state_dict(golden.seeded_weights(model.state_dict(), 200 + number))
        model.save_pretrained(folder)
        size = config["image_size"]
        golden.write_preprocessor(folder, size)
        body = model if kind is ViTModel else model.vit
        double = copy.deepcopy(body).double()
        pixels = golden.pictures(27 + number, (2, 3, size, size))
        wide = golden.pictures(37 + number, (1, 3, size + 11, size + 20))  # not a multiple of the patch
        with torch.inference_mode():
            out = body(pixels, output_hidden_states=True)
            feature = out.last_hidden_state[:, 0]
            feature64 = double(pixels.double()).last_hidden_state[:, 0]
            stretched = body(wide, interpolate_pos_encoding=True).last_hidden_state[:, 0]
        tensors = {"pixels": pixels, "wide_pixels": wide, "wide_feature": stretched, "feature": feature}
        tensors.update(golden.named_states(out.hidden_states))
        golden.write_expected(folder, tensors, golden.fp64_distance(feature, feature64), __file__)


if __name__ == "__main__":
    main()
