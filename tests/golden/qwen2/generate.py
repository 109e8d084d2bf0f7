"""A Qwen2 decoder by transformers: python tests/golden/qwen2/generate.py (versions in ../requirements.txt)."""
import copy
import pathlib
import sys

import torch
from transformers import DynamicCache, Qwen2Config, Qwen2Model
from transformers.models.qwen2.modeling_qwen2 import Qwen2RotaryEmbedding

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import mllm_golden as golden  # noqa: E402

PREFIX = "model."
# name: sizes, theta, dtype of the file, shards, the newer spelling of config.json
CASES = {
    # T1 of docs/design/animeshootergen.md 9: two query heads a key head.
    "t1": (dict(hidden_size=64, intermediate_size=128, num_hidden_layers=3, num_attention_heads=4,
                num_key_value_heads=2, vocab_size=512), 1e6, torch.bfloat16, 2, True),
    # Three query heads a key head, an eps that shows, a theta of its own, the older spelling.
    "gqa3": (dict(hidden_size=24, intermediate_size=20, num_hidden_layers=2, num_attention_heads=6,
                  num_key_value_heads=2, vocab_size=32, rms_norm_eps=1e-4), 5e4, torch.float32, 1, False),
}
PIECES = [5, 1, 6]


def make_config(sizes, theta):
    return Qwen2Config(**sizes, rope_parameters={"rope_type": "default", "rope_theta": theta},
                       max_position_embeddings=32768, tie_word_embeddings=False, use_sliding_window=False,
                       attn_implementation="eager")


def file_config(sizes, theta, newer):
    """What config.json says: transformers 5 nests the rotation, files before that do not."""
    config = {"model_type": "qwen2", "architectures": ["Qwen2ForCausalLM"], "hidden_act": "silu",
              "rms_norm_eps": 1e-6, "tie_word_embeddings": False, "use_sliding_window": False, **sizes}
    if newer:
        return {**config, "dtype": "bfloat16", "rope_parameters": {"rope_theta": theta, "rope_type": "default"},
                "layer_types": ["full_attention"] * sizes["num_hidden_layers"]}
    return {**config, "torch_dtype": "float32", "rope_theta": theta, "rope_scaling": None, "sliding_window": 131072}


def hidden_states(model, embeds, pieces):
    cache = DynamicCache(config=model.config)
    parts = []
    first = 0
    for length in pieces:
        out = model(inputs_embeds=embeds[:, first:first + length], past_key_values=cache, use_cache=True,
                    output_hidden_states=True)
        parts.append(torch.stack(out.hidden_states))
        first += length
    return torch.cat(parts, 2)


def rotation():
    """cos and sin of Qwen2-7B's heads (128 wide, theta 1e6), at early and late positions."""
    config = Qwen2Config(hidden_size=3584, num_attention_heads=28, num_key_value_heads=4,
                         rope_parameters={"rope_type": "default", "rope_theta": 1e6})
    positions = torch.tensor([[0, 1, 2, 1000, 12799]])
    cosines, sines = Qwen2RotaryEmbedding(config)(torch.zeros(1, 1, 1), positions)
    golden.write_expected(HERE / "rotation.safetensors",
                          {"positions": positions[0], "cosines": cosines[0], "sines": sines[0]}, 0.0, __file__)


def main():
    with torch.inference_mode():
        rotation()
        for number, (name, (sizes, theta, dtype, shards, newer)) in enumerate(CASES.items()):
            folder = HERE / name
            model = Qwen2Model(make_config(sizes, theta))
            weights = golden.seeded_weights(golden.shapes_of(model, PREFIX), 900 + number, dtype)
            golden.load_into(model, weights, PREFIX)
            written = dict(weights)
            if number == 0:  # a head that nothing reads
                written["lm_head.weight"] = torch.zeros(2, sizes["hidden_size"], dtype=dtype)
            golden.write_checkpoint(folder, file_config(sizes, theta, newer), written, shards)
            ids = torch.randint(0, sizes["vocab_size"], (2, sum(PIECES)), generator=torch.Generator().manual_seed(number))
            embeds = model.embed_tokens(ids)
            states = hidden_states(model, embeds, [sum(PIECES)])
            pieces = hidden_states(model, embeds, PIECES)
            exact = hidden_states(copy.deepcopy(model).double(), embeds.double(), [sum(PIECES)])
            assert golden.relative(pieces, states) < 1e-5, "the cache of transformers does not agree with itself"
            # What leaves the last layer, before the norm.
            last = {}
            hook = model.layers[-1].register_forward_hook(
                lambda module, args, out: last.update(x=out[0] if isinstance(out, tuple) else out))
            model(inputs_embeds=embeds)
            hook.remove()
            distance = max(golden.relative(states[i], exact[i]) for i in range(1, len(states)))
            golden.write_expected(folder / "expected.safetensors",
                                  {"input_ids": ids, "inputs_embeds": embeds, "hidden_states": states,
                                   "split": torch.tensor(PIECES), "last_without_norm": last["x"]},
                                  distance, __file__)


if __name__ == "__main__":
    main()
