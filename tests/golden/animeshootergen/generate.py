"""Golden of the whole generator: tiny model T1, one story of four shots, against diffusers and transformers.

Weights follow from their names and a seed, as asbench::testing::tiny_tensor() makes them, so they aren't stored. The
sequence is recomputed from its beginning for every shot: no cache. Each shot begins with the last frame of the one
before as it was made here, quantised; these frames are stored, and the test hands them over (teacher forcing).
"""
import hashlib
import math
import pathlib

import numpy as np
import torch
from diffusers import AutoencoderKLCogVideoX, CogVideoXDDIMScheduler, CogVideoXPipeline, CogVideoXTransformer3DModel
from PIL import Image
from safetensors.torch import save_file
from transformers import (Blip2QFormerConfig, Blip2QFormerModel, Qwen2Config, Qwen2Model, SiglipVisionConfig,
                          SiglipVisionModel, T5Config, T5EncoderModel)

SEED = 1
STEPS = 4
GUIDANCE = 6.0
CAPTIONS = ["a cat sleeps", "it wakes up", "the cat jumps on a box", "it looks back"]
TEXT_CAPTION = "a cat"
FRAMES, HEIGHT, WIDTH = 17, 32, 48
LATENTS = (1, 5, 4, HEIGHT // 8, WIDTH // 8)


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


def fill(module, prefix="", drop=""):
    """Every parameter gets its values; names in files are `prefix` + the module's without `drop`."""
    state = {}
    for key, value in module.state_dict().items():
        name = key[len(drop):] if drop and key.startswith(drop) else key
        state[key] = tiny_tensor(prefix + name, tuple(value.shape)) if value.is_floating_point() else value
    module.load_state_dict(state, strict=True)
    return module.eval()


class Generator:
    def __init__(self, dtype):
        self.dtype = dtype
        vision = SiglipVisionConfig(hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4,
                                    image_size=56, patch_size=14, layer_norm_eps=1e-6, hidden_act="gelu_pytorch_tanh",
                                    vision_use_head=False, attn_implementation="eager")
        self.vision = fill(SiglipVisionModel(vision), "vision_model.", "vision_model.").to(dtype)
        llm = Qwen2Config(vocab_size=512, hidden_size=64, intermediate_size=128, num_hidden_layers=3,
                          num_attention_heads=4, num_key_value_heads=2, rms_norm_eps=1e-6,
                          rope_parameters={"rope_type": "default", "rope_theta": 1000000.0},
                          attn_implementation="eager")
        self.llm = fill(Qwen2Model(llm), "model.").to(dtype)
        qformer = Blip2QFormerConfig(hidden_size=48, intermediate_size=96, num_hidden_layers=4, num_attention_heads=4,
                                     cross_attention_frequency=2, encoder_hidden_size=64, layer_norm_eps=1e-12,
                                     hidden_act="gelu", attn_implementation="eager")
        self.qformer = fill(Blip2QFormerModel(qformer), "qformer.").to(dtype)
        t5 = T5Config(vocab_size=128, d_model=24, d_kv=8, d_ff=48, num_layers=2, num_heads=4,
                      relative_attention_num_buckets=8, relative_attention_max_distance=16, layer_norm_epsilon=1e-6,
                      feed_forward_proj="gated-gelu")
        self.t5 = T5EncoderModel(t5)
        state = {key: tiny_tensor("shared.weight" if key == "encoder.embed_tokens.weight" else key, tuple(value.shape))
                 for key, value in self.t5.state_dict().items()}
        self.t5.load_state_dict(state, strict=True)
        self.t5 = self.t5.eval().to(dtype)
        self.transformer = fill(CogVideoXTransformer3DModel(
            num_attention_heads=2, attention_head_dim=16, in_channels=4, out_channels=4, num_layers=2,
            time_embed_dim=16, text_embed_dim=24, max_text_seq_length=10, sample_width=6, sample_height=4,
            sample_frames=17)).to(dtype)
        self.vae = fill(AutoencoderKLCogVideoX(
            down_block_types=("CogVideoXDownBlock3D",) * 4, up_block_types=("CogVideoXUpBlock3D",) * 4,
            block_out_channels=(8, 16, 16, 24), latent_channels=4, layers_per_block=1, norm_num_groups=4,
            sample_height=32, sample_width=48, scaling_factor=1.15258426)).to(dtype)
        self.scheduler = CogVideoXDDIMScheduler(
            snr_shift_scale=3.0, rescale_betas_zero_snr=True, set_alpha_to_one=True, prediction_type="v_prediction",
            timestep_spacing="trailing", clip_sample=False)
        self.pipeline = CogVideoXPipeline(None, None, self.vae, self.transformer, self.scheduler)
        self.pipeline.set_progress_bar_config(disable=True)

    def weight(self, name, shape):
        return tiny_tensor(name, shape).to(self.dtype)

    def linear(self, x, name, out, width):
        return torch.nn.functional.linear(x, self.weight(name + ".weight", (out, width)), self.weight(name + ".bias", (out,)))

    def image_tokens(self, picture):
        """uint8 [H, W, 3] to [5, 64]: 2 x 2 squares of the tower's tokens, and the newline."""
        resized = np.asarray(Image.fromarray(picture).resize((56, 56), Image.BICUBIC))
        pixels = (torch.from_numpy(resized.copy()).to(self.dtype) / 255.0 - 0.5) / 0.5
        features = self.vision(pixels.permute(2, 0, 1)[None], output_hidden_states=True).hidden_states[-2]
        grid = torch.cat([features] * 3, dim=-1).reshape(4, 4, 96)
        rows = [torch.cat([grid[2 * y, 2 * x], grid[2 * y, 2 * x + 1], grid[2 * y + 1, 2 * x], grid[2 * y + 1, 2 * x + 1]])
                for y in range(2) for x in range(2)]
        x = torch.nn.functional.layer_norm(torch.stack(rows), (384,), self.weight("layers.1.weight", (384,)),
                                           self.weight("layers.1.bias", (384,)), 1e-5)
        x = self.linear(torch.nn.functional.gelu(self.linear(x, "layers.2", 64, 384)), "layers.4", 64, 64)
        return torch.cat([x, self.embed("\n")])

    def embed(self, text):
        ids = torch.tensor(list(text.encode()), dtype=torch.long)
        return self.llm.embed_tokens(ids)

    def condition(self, pictures, captions):
        """Of the newest shot; the whole sequence is run."""
        queries = self.weight("learnable_queries", (8, 64))
        parts = []
        for picture, caption in zip(pictures, captions):
            parts += [self.image_tokens(picture), self.embed(caption), queries]
        hidden = self.llm(inputs_embeds=torch.cat(parts)[None], use_cache=False).last_hidden_state[:, -8:]
        tokens = self.weight("query_tokens", (1, 10, 48))
        last = self.qformer(query_embeds=tokens, encoder_hidden_states=hidden).last_hidden_state
        return self.linear(last, "proj", 24, 48)

    def text_condition(self, text):
        """Ids of the tiny SentencePiece model: "▁" is 3, printable ASCII from 4 on; then the end and padding."""
        letters = " " + text if text else ""
        ids = [3 if letter == " " else 4 + ord(letter) - 0x21 for letter in letters] + [1]
        ids = torch.tensor([(ids + [0] * 10)[:10]])
        return self.t5(ids).last_hidden_state

    def sample(self, null, condition, noise):
        """@returns velocities of every step [N, 2, F, C, h, w], latents, video [1, 3, T, H, W]"""
        velocities = []
        handle = self.transformer.register_forward_hook(lambda module, args, output: velocities.append(output[0].clone()))
        latents = self.pipeline(prompt_embeds=condition, negative_prompt_embeds=null, latents=noise.to(self.dtype),
                                height=HEIGHT, width=WIDTH, num_frames=FRAMES, num_inference_steps=STEPS,
                                guidance_scale=GUIDANCE, output_type="latent").frames
        handle.remove()
        video = self.vae.decode(latents.permute(0, 2, 1, 3, 4) / self.vae.config.scaling_factor).sample
        return torch.stack(velocities), latents, video


def levels(video):
    values = (video.float() / 2 + 0.5).clamp(0, 1) * 255
    return values.round().to(torch.uint8)[0].permute(1, 2, 3, 0).contiguous()


def main():
    torch.set_grad_enabled(False)
    folder = pathlib.Path(__file__).parent
    random = np.random.RandomState(SEED)
    reference = random.randint(0, 256, (40, 30, 3)).astype(np.uint8)
    noise = torch.from_numpy(random.standard_normal((len(CAPTIONS),) + LATENTS).astype(np.float32))
    single, double = Generator(torch.float32), Generator(torch.float64)
    tensors = {"reference": torch.from_numpy(reference), "noise": noise}
    distance = {}

    def measure(name, fp32, fp64):
        distance[name] = max(distance.get(name, 0.0), (fp32.double() - fp64).abs().max().item() / fp64.abs().max().item())

    pictures, blanks = [reference], [np.zeros_like(reference)]
    for shot in range(len(CAPTIONS)):
        captions = CAPTIONS[:shot + 1]
        null = single.condition(blanks, [""] * len(captions))
        condition = single.condition(pictures, captions)
        measure("condition", torch.cat([null, condition]),
                torch.cat([double.condition(blanks, [""] * len(captions)), double.condition(pictures, captions)]))
        velocities, latents, video = single.sample(null, condition, noise[shot])
        exact = double.sample(null.double(), condition.double(), noise[shot])
        for name, fp32, fp64 in zip(("velocities", "latents", "video"), (velocities, latents, video), exact):
            measure(name, fp32, fp64)
        name = f"shot{shot + 1}."
        frames = levels(video)
        tensors[name + "condition"] = torch.cat([null, condition])
        tensors[name + "latents"] = latents.contiguous()
        tensors[name + "frames"] = frames
        if shot == 0:
            tensors[name + "velocities"] = velocities
            tensors[name + "video"] = video[:, :, ::8].contiguous()
        last = frames[-1].numpy()
        pictures.append(last)
        blanks.append(last)
    null, condition = single.text_condition(""), single.text_condition(TEXT_CAPTION)
    measure("text_condition", torch.cat([null, condition]),
            torch.cat([double.text_condition(""), double.text_condition(TEXT_CAPTION)]))
    velocities, latents, video = single.sample(null, condition, noise[0])
    tensors["text.condition"] = torch.cat([null, condition])
    tensors["text.latents"] = latents.contiguous()
    script = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    metadata = {"script": script, "captions": "\n".join(CAPTIONS), "text_caption": TEXT_CAPTION}
    metadata |= {"fp64_distance." + name: repr(value) for name, value in distance.items()}
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, folder / "expected.safetensors", metadata)
    for name, value in distance.items():
        print(name, value)


if __name__ == "__main__":
    main()
