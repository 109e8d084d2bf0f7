"""OpenCLIP's larger checkpoints in Hugging Face layout, by transformers: python tests/golden/open_clip_hf/generate.py
(versions in ../requirements.txt)."""
import copy
import pathlib
import sys

import torch
from transformers import CLIPConfig, CLIPModel

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import encoder_golden as golden  # noqa: E402

IDS = [[58, 3, 17, 4, 41, 59, 59, 59, 59], [58, 7, 7, 30, 2, 11, 9, 44, 59]]


def text(**sizes):
    return dict(vocab_size=60, max_position_embeddings=12, hidden_act="gelu", eos_token_id=59, bos_token_id=58,
                pad_token_id=59, **sizes)


CASES = {
    # As laion/CLIP-ViT-H-14: exact GELU, towers of two widths, the projection of neither.
    "h14": dict(
        projection_dim=24, vision=dict(hidden_size=40, intermediate_size=160, num_hidden_layers=3, num_attention_heads=2,
                                       image_size=28, patch_size=7, hidden_act="gelu"),
        text=text(hidden_size=24, intermediate_size=96, num_hidden_layers=3, num_attention_heads=2)),
    # As laion/CLIP-ViT-bigG-14: an MLP ratio that is no whole number (4.9231), another width of the text tower.
    "bigg14": dict(
        projection_dim=20, vision=dict(hidden_size=26, intermediate_size=128, num_hidden_layers=2, num_attention_heads=2,
                                       image_size=28, patch_size=7, hidden_act="gelu"),
        text=text(hidden_size=20, intermediate_size=80, num_hidden_layers=2, num_attention_heads=4)),
}


def main():
    for number, (name, case) in enumerate(CASES.items()):
        folder = HERE / name
        model = CLIPModel(CLIPConfig(text_config=case["text"], vision_config=case["vision"],
                                     projection_dim=case["projection_dim"])).eval()
        model.set_attn_implementation("eager")
        model.load_state_dict(golden.seeded_weights(model.state_dict(), 800 + number))
        model.save_pretrained(folder)
        size = case["vision"]["image_size"]
        golden.write_preprocessor(folder, size)
        pixels = golden.pictures(447 + number, (2, 3, size, size))
        wide = golden.pictures(457 + number, (1, 3, size + 11, size + 20))
        double = copy.deepcopy(model).double()
        ids = torch.tensor(IDS)
        with torch.inference_mode():
            image = model.get_image_features(pixels, output_hidden_states=True)
            image64 = double.get_image_features(pixels.double()).pooler_output
            stretched = model.get_image_features(wide, interpolate_pos_encoding=True).pooler_output
            words = model.get_text_features(ids, output_hidden_states=True)
            words64 = double.get_text_features(ids).pooler_output
            scores = golden.unit(image64) @ golden.unit(words64).T
        tensors = {"pixels": pixels, "wide_pixels": wide, "wide_feature": stretched, "feature": image.pooler_output,
                   "ids": ids, "text.feature": words.pooler_output, "scores": scores}
        tensors.update(golden.named_states(image.hidden_states))
        tensors.update(golden.named_states(words.hidden_states, "text."))
        distance = max(golden.fp64_distance(image.pooler_output, image64),
                       golden.fp64_distance(words.pooler_output, words64))
        golden.write_expected(folder, tensors, distance, __file__)


if __name__ == "__main__":
    main()
