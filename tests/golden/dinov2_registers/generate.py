"""DINOv2 with registers by transformers: python tests/golden/dinov2_registers/generate.py (versions in
../requirements.txt)."""
import copy
import pathlib
import sys

import torch
from transformers import Dinov2WithRegistersConfig, Dinov2WithRegistersModel

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import encoder_golden as golden  # noqa: E402

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
        folder = HERE / name
        model = Dinov2WithRegistersModel(Dinov2WithRegistersConfig(**config)).eval()
        model.set_attn_implementation("eager")
        model.load_state_dict(golden.seeded_weights(model.state_dict(), 500 + number))
        model.save_pretrained(folder)
        golden.write_preprocessor(folder, 28)
        double = copy.deepcopy(model).double()
        pixels = golden.pictures(147 + number, (2, 3, 28, 28))
        wide = golden.pictures(157 + number, (1, 3, 40, 54))  # enlarged and shrunk tables, no multiple of the patch
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
