"""T5 v1.1's encoder by transformers: python tests/golden/t5/generate.py (versions in ../requirements.txt). A case is a
folder that open_checkpoint() can read (config.json, model.safetensors) plus expected.safetensors."""
import copy
import hashlib
import pathlib
import sys

import torch
from transformers import T5Config, T5EncoderModel

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import encoder_golden as golden  # noqa: E402

CASES = {
    # The published buckets. heads * d_kv = 48 is not d_model; the eps is large enough to be seen.
    "b32": dict(d_model=32, d_kv=12, d_ff=48, num_layers=2, num_heads=4, vocab_size=64, relative_attention_num_buckets=32,
                relative_attention_max_distance=128, layer_norm_epsilon=1e-3),
    # Odd widths, other buckets.
    "b16": dict(d_model=18, d_kv=7, d_ff=29, num_layers=3, num_heads=3, vocab_size=40, relative_attention_num_buckets=16,
                relative_attention_max_distance=64, layer_norm_epsilon=1e-6),
}


def texts(seed, vocabulary, lengths, total):
    """Ids of texts, each ended by 1 and padded by 0: no mask anywhere, so pads are attended."""
    generator = torch.Generator().manual_seed(seed)
    ids = torch.zeros(len(lengths), total, dtype=torch.int64)
    for row, length in zip(ids, lengths):
        row[:length] = torch.randint(2, vocabulary, (length,), generator=generator)
        row[length] = 1
    return ids


def main():
    for number, (name, config) in enumerate(CASES.items()):
        folder = HERE / name
        model = T5EncoderModel(T5Config(feed_forward_proj="gated-gelu", **config)).eval()
        model.set_attn_implementation("eager")
        weights = golden.seeded_weights(model.state_dict(), 500 + number)
        for key in weights:
            if key.endswith("SelfAttention.q.weight"):
                weights[key] = weights[key] * 0.4  # scores are not scaled: as large as trained ones, not larger
        weights["shared.weight"] = weights["shared.weight"] * 0.3  # the first norm's eps is seen
        weights["encoder.embed_tokens.weight"] = weights["shared.weight"]
        model.load_state_dict(weights)
        model.save_pretrained(folder)
        double = copy.deepcopy(model).double()
        ids = texts(600 + number, config["vocab_size"], (23, 150), 226) if number == 0 else texts(601, 40, (30, 5, 0), 40)
        with torch.inference_mode():
            out = model(input_ids=ids, output_hidden_states=True)
            out64 = double(input_ids=ids).last_hidden_state
        attention = model.encoder.block[0].layer[0].SelfAttention
        distances = torch.arange(-300, 301)
        buckets = attention._relative_position_bucket(distances, bidirectional=True,
                                                      num_buckets=config["relative_attention_num_buckets"],
                                                      max_distance=config["relative_attention_max_distance"])
        expected = {"ids": ids, "out": out.last_hidden_state, "buckets": buckets}
        # hidden_states: what goes into each block, and last the final norm's output.
        for i, state in enumerate(out.hidden_states[:-1]):
            expected["embeddings" if i == 0 else f"blocks.{i - 1}"] = state[:1]
        assert torch.equal(out.hidden_states[-1], out.last_hidden_state)
        distance = ((out.last_hidden_state.double() - out64).abs().max() / out64.abs().max()).item()
        golden.write_expected(folder, expected, distance, __file__)
        print(name, "largest", out.last_hidden_state.abs().max().item(), sorted(model.state_dict())[:3],
              hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()[:8])


if __name__ == "__main__":
    main()
