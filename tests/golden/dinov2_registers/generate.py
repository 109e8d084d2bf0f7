"""DINOv2 with registers by transformers: python tests/golden/dinov2_registers/generate.py (versions in
../requirements.txt)."""
import pathlib
import sys

from transformers import Dinov2WithRegistersConfig, Dinov2WithRegistersModel

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from vision_golden import write_case  # noqa: E402

CASES = {
    # As facebook/dinov2-with-registers-base: the table is for a larger picture than the preprocessor delivers.
    "mlp": dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, mlp_ratio=2, image_size=35, patch_size=7,
                num_register_tokens=4),
    # As facebook/dinov2-with-registers-giant: SwiGLU. Another number of registers.
    "swiglu": dict(hidden_size=36, num_hidden_layers=2, num_attention_heads=3, mlp_ratio=2, image_size=21, patch_size=7,
                   use_swiglu_ffn=True, num_register_tokens=2),
}


def main():
    for number, (name, config) in enumerate(CASES.items()):
        write_case(HERE / name, Dinov2WithRegistersModel(Dinov2WithRegistersConfig(**config)), __file__,
                   weights_seed=500 + number, pictures_seed=147 + number, side=28,
                   wide=(40, 54))  # enlarged and shrunk tables, no multiple of the patch


if __name__ == "__main__":
    main()
