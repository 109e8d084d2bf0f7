"""SigLIP's image tower by transformers: python tests/golden/siglip/generate.py (versions in ../requirements.txt)."""
import copy
import pathlib
import sys

import torch
from transformers import SiglipConfig, SiglipModel

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import encoder_golden as golden  # noqa: E402

TEXT = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=1, num_attention_heads=2, vocab_size=20,
            max_position_embeddings=8)
CASES = {
    # As google/siglip-base-patch16-224.
    "base": dict(hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=2, image_size=32, patch_size=8),
    # As google/siglip-so400m-patch14-384: pixels that no patch covers, an MLP whose width is no multiple of a vector.
    "so400m": dict(hidden_size=36, intermediate_size=67, num_hidden_layers=2, num_attention_heads=3, image_size=31,
                   patch_size=7),
}


def main():
    for number, (name, config) in enumerate(CASES.items()):
        folder = HERE / name
        model = SiglipModel(SiglipConfig(text_config=TEXT, vision_config=config)).eval()
        model.set_attn_implementation("eager")
        model.load_state_dict(golden.seeded_weights(model.state_dict(), 700 + number))
        model.save_pretrained(folder)
        size = config["image_size"]
        golden.write_preprocessor(folder, size)
        double = copy.deepcopy(model).double()
        pixels = golden.pictures(347 + number, (2, 3, size, size))
        wide = golden.pictures(357 + number, (1, 3, size + 11, size + 20))
        with torch.inference_mode():
            out = model.get_image_features(pixels, output_hidden_states=True)
            feature64 = double.get_image_features(pixels.double()).pooler_output
            stretched = model.get_image_features(wide, interpolate_pos_encoding=True).pooler_output
        tensors = {"pixels": pixels, "wide_pixels": wide, "wide_feature": stretched, "feature": out.pooler_output}
        tensors.update(golden.named_states(out.hidden_states))
        golden.write_expected(folder, tensors, golden.fp64_distance(out.pooler_output, feature64), __file__)


if __name__ == "__main__":
    main()
