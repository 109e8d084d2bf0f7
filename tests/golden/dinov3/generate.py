"""DINOv3 ViT by transformers: python tests/golden/dinov3/generate.py (versions in ../requirements.txt)."""
import copy
import pathlib
import sys

import torch
from transformers import DINOv3ViTConfig, DINOv3ViTModel

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import encoder_golden as golden  # noqa: E402

CASES = {
    # As facebook/dinov3-vitb16: four registers, no bias of keys.
    "mlp": dict(hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4, image_size=32, patch_size=8,
                num_register_tokens=4),
    # As facebook/dinov3-vit7b16: the gated MLP. Without registers and other biases, a base and a width of heads of its own.
    "gated": dict(hidden_size=36, intermediate_size=40, num_hidden_layers=2, num_attention_heads=3, image_size=28, patch_size=7,
                  num_register_tokens=0, use_gated_mlp=True, hidden_act="silu", rope_theta=30.0, query_bias=False,
                  key_bias=True, value_bias=False, proj_bias=False, mlp_bias=False),
}


def main():
    for number, (name, config) in enumerate(CASES.items()):
        folder = HERE / name
        model = DINOv3ViTModel(DINOv3ViTConfig(**config)).eval()
        model.set_attn_implementation("eager")
        model.load_state_dict(golden.seeded_weights(model.state_dict(), 600 + number))
        model.save_pretrained(folder)
        size = config["image_size"]
        golden.write_preprocessor(folder, size)
        double = copy.deepcopy(model).double()
        pixels = golden.pictures(247 + number, (2, 3, size, size))
        wide = golden.pictures(257 + number, (1, 3, size + 11, size + 20))  # no square, no multiple of the patch
        with torch.inference_mode():
            out = model(pixels, output_hidden_states=True)
            feature = out.last_hidden_state[:, 0]
            feature64 = double(pixels.double()).last_hidden_state[:, 0]
            other = model(wide).last_hidden_state[:, 0]
        tensors = {"pixels": pixels, "wide_pixels": wide, "wide_feature": other, "feature": feature}
        tensors.update(golden.named_states(out.hidden_states))
        golden.write_expected(folder, tensors, golden.fp64_distance(feature, feature64), __file__)


if __name__ == "__main__":
    main()
