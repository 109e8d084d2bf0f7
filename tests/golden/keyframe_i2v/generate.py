"""Golden of image to video: a tiny CogVideoX-5B-I2V, two shots, against diffusers' CogVideoXImageToVideoPipeline.

Weights follow from their names and a seed, as asbench::testing::tiny_tensor() makes them, so they aren't stored; random
numbers come from the shots' seeds, so they aren't stored either: posterior, noise and sampler share one stream.
"""
import hashlib
import math
import pathlib

import diffusers.models.autoencoders.vae
import diffusers.pipelines.cogvideo.pipeline_cogvideox_image2video
import diffusers.schedulers.scheduling_dpm_cogvideox
import numpy as np
import torch
from diffusers import (AutoencoderKLCogVideoX, CogVideoXDPMScheduler, CogVideoXImageToVideoPipeline,
                       CogVideoXTransformer3DModel)
from PIL import Image
from safetensors.torch import save_file
from transformers import T5Config, T5EncoderModel

SEED = 1
STEPS = 4
GUIDANCE = 6.0
STORY = "cat/0"
CAPTIONS = ["a cat", "a box"]
KEYFRAMES = [(40, 30), (21, 64)]  # height, width: one is mostly enlarged, one reduced in width
FRAMES, HEIGHT, WIDTH = 17, 32, 48


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return value


def seeded_values(name, count):
    """Twin of asbench::testing::seeded_value: uniform, mean 0, variance 1, double."""
    start = (fnv1a(name) + (SEED << 32)) % 2**64
    with np.errstate(over="ignore"):
        x = np.uint64(start) + (np.arange(count, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(31)
    return (2.0 * ((x >> np.uint64(11)).astype(np.float64) * 2.0**-53) - 1.0) * 1.7320508075688772


def tiny_tensor(name, shape):
    """Twin of asbench::testing::tiny_tensor."""
    if name.endswith(".bias"):
        offset, factor = 0.0, 0.2
    elif len(shape) == 1:
        offset, factor = 1.0, 0.2
    else:
        offset, factor = 0.0, 1.0 / math.sqrt(math.prod(shape[1:]))
    values = offset + factor * seeded_values(name, math.prod(shape))
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def fill(module, names=None):
    """Every parameter, and every table that is stored, gets its values."""
    names = names or {}
    state = {key: tiny_tensor(names.get(key, key), tuple(value.shape)) for key, value in module.state_dict().items()}
    module.load_state_dict(state, strict=True)
    return module.eval()


def shot_seed(shot):
    """Of run 0, as asbench::models::shot_seed()."""
    digest = hashlib.sha256(f"0|{STORY}|{shot}".encode()).digest()
    return int.from_bytes(digest[:8], "big") & (2**63 - 1)


def draw_single(shape, generator=None, device=None, dtype=None, layout=None):
    """randn_tensor of the pipeline, always drawn in float32: doubles would be another stream."""
    return torch.randn(shape, generator=generator, dtype=torch.float32).to(dtype)


class Model:
    def __init__(self, dtype, **vae):
        self.dtype = dtype
        t5 = T5Config(vocab_size=128, d_model=24, d_kv=8, d_ff=48, num_layers=2, num_heads=4,
                      relative_attention_num_buckets=8, relative_attention_max_distance=16, layer_norm_epsilon=1e-6,
                      feed_forward_proj="gated-gelu")
        self.t5 = fill(T5EncoderModel(t5), {"encoder.embed_tokens.weight": "shared.weight"}).to(dtype)
        transformer = fill(CogVideoXTransformer3DModel(
            num_attention_heads=2, attention_head_dim=16, in_channels=8, out_channels=4, num_layers=2,
            time_embed_dim=16, text_embed_dim=24, max_text_seq_length=10, sample_width=6, sample_height=4,
            sample_frames=17, use_rotary_positional_embeddings=True, use_learned_positional_embeddings=True))
        vae = fill(AutoencoderKLCogVideoX(
            down_block_types=("CogVideoXDownBlock3D",) * 4, up_block_types=("CogVideoXUpBlock3D",) * 4,
            block_out_channels=(8, 16, 16, 24), latent_channels=4, layers_per_block=1, norm_num_groups=4,
            sample_height=32, sample_width=48, **{"scaling_factor": 0.7, **vae}))
        scheduler = CogVideoXDPMScheduler(
            snr_shift_scale=1.0, rescale_betas_zero_snr=True, set_alpha_to_one=True, prediction_type="v_prediction",
            timestep_spacing="trailing", clip_sample=False)
        self.pipeline = CogVideoXImageToVideoPipeline(None, None, vae.to(dtype), transformer.to(dtype), scheduler)
        self.pipeline.set_progress_bar_config(disable=True)

    def condition(self, text):
        """Ids of the tiny SentencePiece model: "▁" is 3, printable ASCII from 4 on; then the end and padding."""
        letters = " " + text if text else ""
        ids = [3 if letter == " " else 4 + ord(letter) - 0x21 for letter in letters] + [1]
        assert len(ids) <= 10
        return self.t5(torch.tensor([ids + [0] * (10 - len(ids))])).last_hidden_state

    def sample(self, shot, keyframe, noise=None):
        """@returns by name, of one shot: condition, first_frame, velocities, latents, video"""
        null, condition = self.condition(""), self.condition(CAPTIONS[shot - 1])
        seen, velocities = [], []

        def look(module, args, kwargs, output):
            seen.append(kwargs["hidden_states"].clone())
            velocities.append(output[0].clone())

        handle = self.pipeline.transformer.register_forward_hook(look, with_kwargs=True)
        latents = self.pipeline(Image.fromarray(keyframe), prompt_embeds=condition, negative_prompt_embeds=null,
                                latents=None if noise is None else noise.to(self.dtype), height=HEIGHT, width=WIDTH,
                                num_frames=FRAMES, num_inference_steps=STEPS, guidance_scale=GUIDANCE,
                                use_dynamic_cfg=True, generator=torch.Generator().manual_seed(shot_seed(shot)),
                                output_type="latent").frames
        handle.remove()
        first = seen[0][:, :, 4:]
        assert len(seen) == STEPS and all(torch.equal(step[:, :, 4:], first) for step in seen)
        assert torch.equal(first[0], first[1])  # both branches see it
        return {"condition": torch.cat([null, condition]), "first_frame": first[:1],
                "velocities": torch.stack(velocities), "latents": latents,
                "video": self.pipeline.decode_latents(latents)}


def levels(video):
    values = (video.float() / 2 + 0.5).clamp(0, 1) * 255
    return values.round().to(torch.uint8)[0].permute(1, 2, 3, 0)


def main():
    torch.set_grad_enabled(False)
    folder = pathlib.Path(__file__).parent
    random = np.random.RandomState(SEED)
    keyframes = [random.randint(0, 256, size + (3,)).astype(np.uint8) for size in KEYFRAMES]
    noise = torch.from_numpy(random.standard_normal((1, 5, 4, HEIGHT // 8, WIDTH // 8)).astype(np.float32))
    single, inverted = Model(torch.float32), Model(torch.float32, invert_scale_latents=True)
    tensors, distance = {"noise": noise}, {}
    made = {shot: single.sample(shot, keyframes[shot - 1]) for shot in (1, 2)}
    for shot in (1, 2):
        name = f"shot{shot}."
        tensors[name + "keyframe"] = torch.from_numpy(keyframes[shot - 1])
        tensors[name + "pixels"] = single.pipeline.video_processor.preprocess(
            Image.fromarray(keyframes[shot - 1]), height=HEIGHT, width=WIDTH)
        for part in ("condition", "first_frame", "latents"):
            tensors[name + part] = made[shot][part]
        tensors[name + "frames"] = levels(made[shot]["video"])[::8]
    tensors["shot1.velocities"] = made[1]["velocities"]
    tensors["shot1.video"] = made[1]["video"][:, :, ::8]
    tensors["given.latents"] = single.sample(1, keyframes[0], noise)["latents"]
    for part in ("first_frame", "latents"):
        tensors["inverted." + part] = inverted.sample(1, keyframes[0])[part]

    for module in (diffusers.models.autoencoders.vae, diffusers.pipelines.cogvideo.pipeline_cogvideox_image2video,
                   diffusers.schedulers.scheduling_dpm_cogvideox):
        module.randn_tensor = draw_single
    assert torch.equal(single.sample(1, keyframes[0])["latents"], made[1]["latents"])  # the same stream
    double = Model(torch.float64)
    for shot in (1, 2):
        for part, exact in double.sample(shot, keyframes[shot - 1]).items():
            apart = (made[shot][part].double() - exact).abs().max().item() / exact.abs().max().item()
            distance[part] = max(distance.get(part, 0.0), apart)
    script = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    metadata = {"script": script, "story": STORY, "captions": "\n".join(CAPTIONS)}
    metadata |= {"fp64_distance." + name: repr(value) for name, value in distance.items()}
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, folder / "expected.safetensors", metadata)
    for name, value in distance.items():
        print(name, value)


if __name__ == "__main__":
    main()
