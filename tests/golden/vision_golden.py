"""One golden case of an image encoder of transformers: what the generate.py of each family calls."""
import copy

import torch

import encoder_golden as golden


def class_token(network, pixels, **options):
    """The feature [N, D], and the states between blocks."""
    out = network(pixels, output_hidden_states=True, **options)
    return out.last_hidden_state[:, 0], out.hidden_states


def write_case(folder, model, script, *, weights_seed, pictures_seed, side, wide, network=None, forward=class_token, **wide_options):
    """Seeds `model`, saves it, and writes what it makes of two pictures of side x side and of one of `wide` (height, width).

    network: the part of `model` that is asked; forward(network, pixels, **wide_options) gives its feature.
    """
    model = model.eval()
    network = model if network is None else network
    model.set_attn_implementation("eager")
    model.load_state_dict(golden.seeded_weights(model.state_dict(), weights_seed))
    model.save_pretrained(folder)
    golden.write_preprocessor(folder, side)
    pixels = golden.pictures(pictures_seed, (2, 3, side, side))
    wide_pixels = golden.pictures(pictures_seed + 10, (1, 3, *wide))
    with torch.inference_mode():
        feature, states = forward(network, pixels)
        feature64, _ = forward(copy.deepcopy(network).double(), pixels.double())
        wide_feature, _ = forward(network, wide_pixels, **wide_options)
    tensors = {"pixels": pixels, "wide_pixels": wide_pixels, "wide_feature": wide_feature, "feature": feature}
    tensors.update(golden.named_states(states))
    golden.write_expected(folder, tensors, golden.fp64_distance(feature, feature64), script)
