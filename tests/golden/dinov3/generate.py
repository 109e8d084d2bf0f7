"""DINOv3 ViT by transformers: python tests/golden/dinov3/generate.py (versions in ../requirements.txt)."""
import pathlib
import sys

from transformers import DINOv3ViTConfig, DINOv3ViTModel

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from vision_golden import write_case  # noqa: E402

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
        side = config["image_size"]
        write_case(HERE / name, DINOv3ViTModel(DINOv3ViTConfig(**config)), __file__, weights_seed=600 + number,
                   pictures_seed=247 + number, side=side, wide=(side + 11, side + 20))  # no multiple of the patch


if __name__ == "__main__":
    main()
