"""A Q-Former by transformers, its projection by torch: python tests/golden/qformer/generate.py (versions in
../requirements.txt)."""
import copy
import pathlib
import sys

import torch
from transformers import Blip2QFormerConfig, Blip2QFormerModel

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import mllm_golden as golden  # noqa: E402

PREFIX = "qformer."
# name: sizes, cross-attention every n-th layer (0: none, the language model's states are the queries), tokens of the
# condition, its width, projection, norm behind it, dtype of the file
CASES = {
    "t1": (dict(hidden_size=48, num_hidden_layers=4, num_attention_heads=4, intermediate_size=96, encoder_hidden_size=64),
           2, 10, 24, "linear", False, torch.float16),
    "every_layer": (dict(hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=16,
                         encoder_hidden_size=20), 1, 7, 16, "mlp", True, torch.float32),
    "llm": (dict(hidden_size=12, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16,
                 encoder_hidden_size=12), 0, 8, 12, "none", False, torch.float32),
}
QUERIES = 8


def make_model(sizes, frequency):
    config = Blip2QFormerConfig(**sizes, cross_attention_frequency=max(frequency, 1), vocab_size=30,
                                hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
                                attn_implementation="eager")
    model = Blip2QFormerModel(config)
    if frequency == 0:
        for layer in model.encoder.layer:
            layer.has_cross_attention = False
            if hasattr(layer, "crossattention"):
                del layer.crossattention
    return model.eval()


def shapes_for(model, sizes, frequency, length, out, projection, norm):
    hidden, encoder = sizes["hidden_size"], sizes["encoder_hidden_size"]
    shapes = golden.shapes_of(model, PREFIX)
    shapes["learnable_queries"] = (QUERIES, encoder)
    if frequency > 0:
        shapes["query_tokens"] = (1, length, hidden)
    layers = {"none": [], "linear": [("proj", hidden, out)], "mlp": [("proj.0", hidden, 20), ("proj.2", 20, out)]}
    for name, width_in, width_out in layers[projection]:
        shapes[name + ".weight"] = (width_out, width_in)
        shapes[name + ".bias"] = (width_out,)
    if norm:
        shapes["proj_norm.weight"] = shapes["proj_norm.bias"] = (out,)
    return shapes


def project(x, weights, projection, norm):
    def layer(y, name):
        return torch.nn.functional.linear(y, weights[name + ".weight"].to(y.dtype), weights[name + ".bias"].to(y.dtype))

    if projection == "linear":
        x = layer(x, "proj")
    elif projection == "mlp":
        x = layer(torch.nn.functional.gelu(layer(x, "proj.0")), "proj.2")
    if norm:
        x = torch.nn.functional.layer_norm(x, x.shape[-1:], weights["proj_norm.weight"].to(x.dtype),
                                           weights["proj_norm.bias"].to(x.dtype), 1e-5)
    return x


def forward(model, weights, states, frequency, projection, norm):
    if frequency > 0:
        queries = weights["query_tokens"].to(states.dtype).expand(states.shape[0], -1, -1)
        out = model(query_embeds=queries, encoder_hidden_states=states, output_hidden_states=True)
    else:
        out = model(query_embeds=states, output_hidden_states=True)
    last = out.last_hidden_state
    return torch.stack(out.hidden_states), last, project(last, weights, projection, norm)


def main():
    with torch.inference_mode():
        for number, (name, (sizes, frequency, length, out, projection, norm, dtype)) in enumerate(CASES.items()):
            model = make_model(sizes, frequency)
            weights = golden.seeded_weights(shapes_for(model, sizes, frequency, length, out, projection, norm),
                                            920 + number, dtype)
            golden.load_into(model, weights, PREFIX)
            config = {"model_type": "blip_2_qformer", "hidden_act": "gelu", "layer_norm_eps": 1e-12,
                      "cross_attention_frequency": max(frequency, 1), **sizes}
            golden.write_checkpoint(HERE / name, config, weights)
            states = golden.normal(930 + number, (2, QUERIES, sizes["encoder_hidden_size"]))
            layers, last, condition = forward(model, weights, states, frequency, projection, norm)
            exact = forward(copy.deepcopy(model).double(), weights, states.double(), frequency, projection, norm)
            distance = max(golden.relative(last, exact[1]), golden.relative(condition, exact[2]))
            golden.write_expected(HERE / name / "expected.safetensors",
                                  {"encoder_hidden_states": states, "layers": layers, "last_hidden_state": last,
                                   "condition": condition}, distance, __file__)


if __name__ == "__main__":
    main()
