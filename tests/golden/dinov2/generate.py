"""DINOv2 by transformers: python tests/golden/dinov2/generate.py (versions in ../requirements.txt)."""
import pathlib
import sys

from transformers import Dinov2Config, Dinov2Model

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from vision_golden import write_case  # noqa: E402

CASES = {
    # As facebook/dinov2-base: the table is for a larger picture than the preprocessor delivers.
    "mlp": dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, mlp_ratio=2, image_size=35, patch_size=7),
    # As facebook/dinov2-giant: SwiGLU, 2/3 of 2 x 36 rounded up to a multiple of 8.
    "swiglu": dict(hidden_size=36, num_hidden_layers=2, num_attention_heads=3, mlp_ratio=2, image_size=21, patch_size=7,
                   use_swiglu_ffn=True),
}


def main():
    for number, (name, config) in enumerate(CASES.items()):
        write_case(HERE / name, Dinov2Model(Dinov2Config(**config)), __file__, weights_seed=300 + number,
                   pictures_seed=47 + number, side=28, wide=(config["image_size"],) * 2)  # the table's own


if __name__ == "__main__":
    main()
