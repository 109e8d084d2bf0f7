"""CLIP's two towers by transformers: python tests/golden/clip/generate.py (versions in ../requirements.txt)."""
import copy
import pathlib
import sys

import torch
from transformers import CLIPConfig, CLIPModel

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import encoder_golden as golden  # noqa: E402

# Texts of 60 ids, 59 ends a text. Padded with the end token, as Hugging Face does, and with 0, as OpenAI does.
IDS_END_PADDED = [[58, 3, 17, 4, 41, 59, 59, 59, 59], [58, 7, 7, 30, 2, 11, 9, 44, 59], [58, 59, 59, 59, 59, 59, 59, 59, 59]]
IDS_ZERO_PADDED = [[58, 3, 17, 4, 41, 59, 0, 0, 0], [58, 7, 7, 30, 2, 11, 9, 44, 59], [58, 59, 0, 0, 0, 0, 0, 0, 0]]

CASES = {
    # As OpenAI's: quick_gelu, and the wrong eos_token_id 2 that makes the first largest id count.
    "quick_gelu": dict(
        projection_dim=20, vision=dict(hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=2,
                                       image_size=32, patch_size=8, hidden_act="quick_gelu", layer_norm_eps=1e-5),
        text=dict(hidden_size=24, intermediate_size=48, num_hidden_layers=2, num_attention_heads=3, vocab_size=60,
                  max_position_embeddings=12, hidden_act="quick_gelu", eos_token_id=2, bos_token_id=0, pad_token_id=1)),
    # As most OpenCLIP conversions: exact gelu; another patch, another eps, a vocabulary of its own.
    "gelu": dict(
        projection_dim=16, vision=dict(hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
                                       image_size=36, patch_size=12, hidden_act="gelu", layer_norm_eps=1e-4),
        text=dict(hidden_size=32, intermediate_size=40, num_hidden_layers=2, num_attention_heads=2, vocab_size=60,
                  max_position_embeddings=12, hidden_act="gelu", eos_token_id=59, bos_token_id=58, pad_token_id=59,
                  layer_norm_eps=1e-4)),
}


def main():
    for number, (name, case) in enumerate(CASES.items()):
        folder = HERE / name
        model = CLIPModel(CLIPConfig(text_config=case["text"], vision_config=case["vision"],
                                     projection_dim=case["projection_dim"]), ).eval()
        model.set_attn_implementation("eager")
        model.load_state_dict(golden.seeded_weights(model.state_dict(), 100 + number))
        model.save_pretrained(folder)
        size = case["vision"]["image_size"]
        golden.write_preprocessor(folder, size)
        pixels = golden.pictures(7 + number, (2, 3, size, size))
        wide = golden.pictures(17 + number, (1, 3, size + 11, size + 20))  # not a multiple of the patch
        padded = IDS_END_PADDED if number else IDS_ZERO_PADDED
        other = IDS_ZERO_PADDED if number else IDS_END_PADDED
        double = copy.deepcopy(model).double()
        with torch.inference_mode():
            image = model.get_image_features(pixels, output_hidden_states=True)
            image64 = double.get_image_features(pixels.double()).pooler_output
            stretched = model.get_image_features(wide, interpolate_pos_encoding=True).pooler_output
            text = model.get_text_features(torch.tensor(padded), output_hidden_states=True)
            text_other = model.get_text_features(torch.tensor(other)).pooler_output
            text64 = double.get_text_features(torch.tensor(padded)).pooler_output
            scores = golden.unit(image64) @ golden.unit(text64).T
        assert torch.allclose(text.pooler_output, text_other, atol=1e-6)  # what follows the end token has no effect
        tensors = {"pixels": pixels, "wide_pixels": wide, "wide_feature": stretched, "feature": image.pooler_output,
                   "ids": torch.tensor(padded), "other_ids": torch.tensor(other), "text.feature": text.pooler_output,
                   "scores": scores}
        tensors.update(golden.named_states(image.hidden_states))
        tensors.update(golden.named_states(text.hidden_states, "text."))
        distance = max(golden.fp64_distance(image.pooler_output, image64),
                       golden.fp64_distance(text.pooler_output, text64))
        golden.write_expected(folder, tensors, distance, __file__)


if __name__ == "__main__":
    main()
