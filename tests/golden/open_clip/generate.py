"""A CLIP by open_clip_torch, its weights in Hugging Face spelling beside it:
python tests/golden/open_clip/generate.py (versions in ../requirements.txt)."""
import json
import pathlib
import sys

import torch
from open_clip.model import CLIP
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import encoder_golden as golden  # noqa: E402

WIDTH, LAYERS, HEADS, PATCH, SIZE, DIM, VOCABULARY, POSITIONS = 32, 2, 2, 8, 32, 16, 60, 12
IDS = [[58, 3, 17, 4, 41, 59, 0, 0, 0, 0, 0, 0], [58, 7, 7, 30, 2, 11, 9, 44, 1, 1, 5, 59]]  # padded with 0 to the end


def hugging_face_names(state):
    """open_clip's names to those of CLIPModel. Projections are stored transposed there."""
    renamed = {}

    def rename_blocks(source, target):
        for i in range(LAYERS):
            old, new = f"{source}resblocks.{i}.", f"{target}encoder.layers.{i}."
            for kind in ("weight", "bias"):
                parts = state[f"{old}attn.in_proj_{kind}"].chunk(3)
                for part, name in zip(parts, ("q_proj", "k_proj", "v_proj")):
                    renamed[f"{new}self_attn.{name}.{kind}"] = part
                for a, b in (("attn.out_proj", "self_attn.out_proj"), ("ln_1", "layer_norm1"), ("ln_2", "layer_norm2"),
                             ("mlp.c_fc", "mlp.fc1"), ("mlp.c_proj", "mlp.fc2")):
                    renamed[f"{new}{b}.{kind}"] = state[f"{old}{a}.{kind}"]

    rename_blocks("visual.transformer.", "vision_model.")
    rename_blocks("transformer.", "text_model.")
    for kind in ("weight", "bias"):
        renamed[f"vision_model.pre_layrnorm.{kind}"] = state[f"visual.ln_pre.{kind}"]
        renamed[f"vision_model.post_layernorm.{kind}"] = state[f"visual.ln_post.{kind}"]
        renamed[f"text_model.final_layer_norm.{kind}"] = state[f"ln_final.{kind}"]
    renamed["vision_model.embeddings.class_embedding"] = state["visual.class_embedding"]
    renamed["vision_model.embeddings.patch_embedding.weight"] = state["visual.conv1.weight"]
    renamed["vision_model.embeddings.position_embedding.weight"] = state["visual.positional_embedding"]
    renamed["visual_projection.weight"] = state["visual.proj"].T
    renamed["text_model.embeddings.token_embedding.weight"] = state["token_embedding.weight"]
    renamed["text_model.embeddings.position_embedding.weight"] = state["positional_embedding"]
    renamed["text_projection.weight"] = state["text_projection"].T
    renamed["logit_scale"] = state["logit_scale"]
    return {name: value.contiguous().clone() for name, value in renamed.items()}


def main():
    folder = HERE / "gelu"
    folder.mkdir(exist_ok=True)
    model = CLIP(DIM, dict(layers=LAYERS, width=WIDTH, head_width=WIDTH // HEADS, mlp_ratio=2, patch_size=PATCH,
                           image_size=SIZE),
                 dict(context_length=POSITIONS, vocab_size=VOCABULARY, width=WIDTH, heads=HEADS, layers=LAYERS, mlp_ratio=2),
                 quick_gelu=False).eval()
    model.load_state_dict(golden.seeded_weights(model.state_dict(), 400))
    save_file(hugging_face_names(model.state_dict()), folder / "model.safetensors", {"format": "pt"})
    tower = dict(hidden_size=WIDTH, intermediate_size=2 * WIDTH, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
                 hidden_act="gelu")
    (folder / "config.json").write_text(json.dumps(dict(
        model_type="clip", projection_dim=DIM, vision_config=dict(tower, image_size=SIZE, patch_size=PATCH),
        text_config=dict(tower, vocab_size=VOCABULARY, max_position_embeddings=POSITIONS, eos_token_id=2)), indent=1) + "\n")
    golden.write_preprocessor(folder, SIZE)
    pixels = golden.pictures(67, (2, 3, SIZE, SIZE))
    ids = torch.tensor(IDS)
    with torch.inference_mode():
        image, text = model.encode_image(pixels), model.encode_text(ids)
        model.double()
        image64, text64 = model.encode_image(pixels.double()), model.encode_text(ids)
        scores = golden.unit(image64) @ golden.unit(text64).T
    distance = max(golden.fp64_distance(image, image64), golden.fp64_distance(text, text64))
    golden.write_expected(folder, {"pixels": pixels, "ids": ids, "feature": image, "text.feature": text, "scores": scores},
                          distance, __file__)


if __name__ == "__main__":
    main()
