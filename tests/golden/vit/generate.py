"""ViT and DINO by transformers: python tests/golden/vit/generate.py (versions in ../requirements.txt)."""
import pathlib
import sys

from transformers import ViTConfig, ViTForImageClassification, ViTModel

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from vision_golden import write_case  # noqa: E402

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
        model = kind(ViTConfig(**config))
        side = config["image_size"]
        write_case(HERE / name, model, __file__, weights_seed=200 + number, pictures_seed=27 + number, side=side,
                   wide=(side + 11, side + 20),  # not a multiple of the patch
                   network=model if kind is ViTModel else model.vit, interpolate_pos_encoding=True)


if __name__ == "__main__":
    main()
