"""CogVideoX's schedulers and guided loop by diffusers: python tests/golden/schedulers/generate.py (versions in
../requirements.txt). Writes schedulers.safetensors and schedulers.json beside itself."""
import hashlib
import json
import math
import pathlib

import numpy as np
import torch
from diffusers import (CogVideoXDDIMScheduler, CogVideoXDPMScheduler, CogVideoXPipeline,
                       CogVideoXTransformer3DModel)
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent
PUBLISHED = dict(num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear",
                 prediction_type="v_prediction", timestep_spacing="trailing", clip_sample=False,
                 rescale_betas_zero_snr=True, set_alpha_to_one=True, snr_shift_scale=3.0)
CONFIGS = {
    "two_b": PUBLISHED,
    "five_b": dict(PUBLISHED, snr_shift_scale=1.0),
    "without_zero_snr": dict(PUBLISHED, rescale_betas_zero_snr=False, set_alpha_to_one=False),
    "other": dict(PUBLISHED, num_train_timesteps=500, beta_start=0.001, beta_end=0.02, snr_shift_scale=2.0),
}
SHAPE = (1, 2, 2, 2, 3)  # [B, F, C, h, w]: 24 values, more than one block of the generator
CLASSES = {"ddim": CogVideoXDDIMScheduler, "dpm": CogVideoXDPMScheduler}
RUNS = {f"{kind}.{config}.{steps}": dict(sampler=kind, config=config, steps=steps)
        for kind in CLASSES for config, numbers in (("two_b", (4, 7, 30, 50)), ("five_b", (7,)), ("without_zero_snr", (4,)),
                                                    ("other", (4,)))
        for steps in numbers}


def random(seed, shape):
    return torch.from_numpy(np.random.RandomState(seed).standard_normal(shape).astype(np.float32))


def run(kind, config, steps, latents, velocities, seed, dtype=torch.float32):
    """The sample after each step, and the noise that was drawn."""
    scheduler = CLASSES[kind](**CONFIGS[config])
    scheduler.set_timesteps(steps)
    generator = torch.Generator().manual_seed(seed)
    times = scheduler.timesteps
    trajectory, before = [], None
    for i, t in enumerate(times):
        if kind == "ddim":
            latents = scheduler.step(velocities[i], t, latents).prev_sample
        else:
            latents, before = scheduler.step(velocities[i], before, t, times[i - 1] if i > 0 else None, latents,
                                             generator=generator, return_dict=False)
        latents = latents.to(dtype)  # as the pipeline does
        trajectory.append(latents)
    draws = []
    end = generator.get_state()
    generator.manual_seed(seed)
    while kind == "dpm" and not torch.equal(generator.get_state(), end):
        draws.append(torch.randn(SHAPE, generator=generator))
        assert len(draws) <= 2 * steps
    return torch.stack(trajectory), draws


def guided_loop(kind, dynamic, scale, steps, seed):
    """The pipeline itself, with a transformer that answers from a table: [N, 2, F, C, h, w], null first."""
    shape = (3, 2, 2, 2)
    branches = random(seed + 1, (steps, 2) + shape)
    transformer = CogVideoXTransformer3DModel(num_attention_heads=1, attention_head_dim=16, in_channels=2, out_channels=2,
                                              num_layers=1, text_embed_dim=4, time_embed_dim=2, sample_width=2,
                                              sample_height=2, sample_frames=9, max_text_seq_length=3,
                                              use_rotary_positional_embeddings=False)
    asked = []

    def forward(hidden_states, **_):
        assert hidden_states.shape == (2,) + shape
        asked.append(len(asked))
        return (branches[asked[-1]],)

    transformer.forward = forward
    pipeline = CogVideoXPipeline(tokenizer=None, text_encoder=None, vae=None, transformer=transformer,
                                 scheduler=CLASSES[kind](**PUBLISHED))
    pipeline.set_progress_bar_config(disable=True)
    out = pipeline(height=16, width=16, num_frames=9, num_inference_steps=steps, guidance_scale=scale,
                   use_dynamic_cfg=dynamic, generator=torch.Generator().manual_seed(seed), output_type="latent",
                   prompt_embeds=torch.zeros(1, 3, 4), negative_prompt_embeds=torch.zeros(1, 3, 4))
    assert len(asked) == steps
    return branches, out.frames


def main():
    tensors, facts = {}, {"configs": CONFIGS, "runs": RUNS}
    for name, config in CONFIGS.items():
        scheduler = CogVideoXDDIMScheduler(**config)
        assert torch.equal(scheduler.alphas_cumprod, CogVideoXDPMScheduler(**config).alphas_cumprod)
        tensors["alphas." + name] = scheduler.alphas_cumprod
    scheduler = CogVideoXDDIMScheduler(**PUBLISHED)
    digest, longer, listed = hashlib.sha256(), [], {}
    for steps in range(1, 1001):
        scheduler.set_timesteps(steps)
        times = scheduler.timesteps.numpy()
        if len(times) != steps:
            assert len(times) == steps + 1
            longer.append(steps)
            continue
        digest.update(times.astype("<i8").tobytes())
        if steps in (4, 7, 16, 30, 48, 50):
            listed[str(steps)] = times.tolist()
    facts.update(timesteps=listed, longer_lists=longer, timesteps_sha256=digest.hexdigest())

    for number, (name, case) in enumerate(RUNS.items()):
        latents = random(100 + number, SHAPE)
        velocities = random(200 + number, (case["steps"],) + SHAPE)
        trajectory, draws = run(case["sampler"], case["config"], case["steps"], latents, velocities, 300 + number)
        tensors.update({name + ".latents": latents, name + ".velocities": velocities, name + ".trajectory": trajectory})
        if draws:
            tensors[name + ".draws"] = torch.stack(draws)
    latents = random(1, SHAPE).bfloat16()
    velocities = random(2, (4,) + SHAPE)
    trajectory, _ = run("ddim", "two_b", 4, latents, velocities, 0, torch.bfloat16)
    tensors.update({"rounded.latents": latents.float(), "rounded.velocities": velocities,
                    "rounded.trajectory": trajectory.float()})

    facts["loops"] = {}
    for seed, (name, kind, dynamic, scale, steps) in enumerate((
            ("loop.ddim_fixed", "ddim", False, 6.0, 5), ("loop.ddim_compat", "ddim", True, 6.0, 10),
            ("loop.dpm_compat", "dpm", True, 4.5, 5), ("loop.dpm_fixed", "dpm", False, 3.0, 4))):
        branches, out = guided_loop(kind, dynamic, scale, steps, 70 + seed)
        tensors.update({name + ".branches": branches, name + ".latents": out})
        facts["loops"][name] = dict(sampler=kind, guidance_mode="diffusers_compat" if dynamic else "fixed", scale=scale,
                                    steps=steps, seed=70 + seed)

    facts["noise"] = {}
    for name, seed, shape in (("sixteen", 42, (16,)), ("seventeen", 42, (17,)), ("five", 7, (5,)),
                              ("latents", 2**63 - 1, (1, 2, 3, 3, 5)), ("small", 3, (1, 1, 1, 2, 2))):
        generator = torch.Generator().manual_seed(seed)
        tensors["noise." + name] = torch.randn(shape, generator=generator)
        tensors["noise." + name + ".next"] = torch.randn((20,), generator=generator)
        assert torch.equal(tensors["noise." + name], (torch.manual_seed(seed), torch.randn(shape))[1])
        facts["noise"][name] = {"seed": seed}
    facts["seeds"] = []
    for run_seed, story, shot in ((0, "story", 1), (42, "S01/E02_0003", 4), (7, "東京 – Straße|1", 2), (2**64 - 1, "", 10)):
        digest = hashlib.sha256(f"{run_seed}|{story}|{shot}".encode()).digest()
        facts["seeds"].append(dict(run=run_seed, story=story, shot=shot,
                                   seed=int.from_bytes(digest[:8], "big") & (2**63 - 1)))

    assert all(math.isfinite(t.double().abs().max().item()) for t in tensors.values())
    facts["script_sha256"] = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    save_file({k: v.detach().contiguous().clone() for k, v in tensors.items()}, HERE / "schedulers.safetensors")
    (HERE / "schedulers.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(tensors)} tensors, {sum(t.numel() * t.element_size() for t in tensors.values())} bytes")


if __name__ == "__main__":
    main()
