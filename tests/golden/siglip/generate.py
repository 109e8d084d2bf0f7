"""SigLIP's image tower by transformers: python tests/golden/siglip/generate.py (versions in ../requirements.txt)."""
import pathlib
import sys

from transformers import SiglipConfig, SiglipModel

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from vision_golden import write_case  # noqa: E402

TEXT = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=1, num_attention_heads=2, vocab_size=20,
            max_position_embeddings=8)
CASES = {
    # As google/siglip-base-patch16-224.
    "base": dict(hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=2, image_size=32, patch_size=8),
    # As google/siglip-so400m-patch14-384: pixels that no patch covers, an MLP whose width is no multiple of a vector.
    "so400m": dict(hidden_size=36, intermediate_size=67, num_hidden_layers=2, num_attention_heads=3, image_size=31,
                   patch_size=7),
}


def image_feature(network, pixels, **options):
    out = network.get_image_features(pixels, output_hidden_states=True, **options)
    return out.pooler_output, out.hidden_states


def main():
    for number, (name, config) in enumerate(CASES.items()):
        side = config["image_size"]
        model = SiglipModel(SiglipConfig(text_config=TEXT, vision_config=config))
        write_case(HERE / name, model, __file__, weights_seed=700 + number, pictures_seed=347 + number, side=side,
                   wide=(side + 11, side + 20), forward=image_feature, interpolate_pos_encoding=True)


if __name__ == "__main__":
    main()
