"""LoRA by diffusers and peft: python tests/golden/lora/generate.py (versions in ../requirements.txt), after
../cogvideox_transformer/generate.py."""
import json
import pathlib
import sys

import torch
from diffusers import CogVideoXPipeline, CogVideoXTransformer3DModel
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict
from safetensors.torch import load_file
from transformers import Qwen2Config, Qwen2ForCausalLM

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import transformer_golden as golden  # noqa: E402

BASE = HERE.parent / "cogvideox_transformer" / "base"
SCALE = 0.7  # the manifest's, on top of alpha / rank


def transformer():
    return CogVideoXTransformer3DModel.from_pretrained(BASE).eval()


def seeded_adapter(model, seed):
    names = [name for name, _ in model.named_parameters() if "lora_" in name]
    shapes = {name: model.get_parameter(name) for name in names}
    with torch.no_grad():
        for name, value in golden.seeded_weights(shapes, seed).items():
            model.get_parameter(name).copy_(value)


def merged_weights(model, modules):
    state = model.state_dict()
    return {f"{name}.weight": state[f"{name}.weight"] for name in modules}


def diffusers_file(folder, alpha, with_metadata):
    """A file of diffusers and what fusing it makes: weights of the adapted modules and a forward pass."""
    model = transformer()
    config = LoraConfig(r=4, lora_alpha=alpha, target_modules=["to_k", "to_out.0", "to_q", "to_v"])
    model.add_adapter(config)
    seeded_adapter(model, 61)
    state = get_peft_model_state_dict(model)
    folder.mkdir(exist_ok=True)
    CogVideoXPipeline.save_lora_weights(
        folder, transformer_lora_layers=state,
        **({"transformer_lora_adapter_metadata": metadata_of(config)} if with_metadata else {}))
    # Read again as a user would.
    fused = transformer()
    state, told = CogVideoXPipeline.lora_state_dict(str(folder / "pytorch_lora_weights.safetensors"), return_lora_metadata=True)
    fused.load_lora_adapter(state, prefix="transformer", metadata=told)
    fused.fuse_lora(lora_scale=SCALE)
    fused.unload_lora()
    modules = sorted({name.removeprefix("transformer.").rsplit(".lora_", 1)[0] for name in state})
    inputs = load_file(BASE / "expected.safetensors")
    with torch.inference_mode():
        out = fused(hidden_states=inputs["default.hidden_states"], timestep=inputs["default.timestep"].long(),
                    encoder_hidden_states=inputs["default.encoder_hidden_states"], return_dict=False)[0]
    print(f"{folder.name}: output moved by {(out - inputs['default.output']).abs().max():.3f}")
    golden.write(folder / "expected.safetensors", {**merged_weights(fused, modules), "output": out}, __file__)


def metadata_of(config):
    fields = config.to_dict()
    return {key: sorted(value) if isinstance(value, set) else value for key, value in fields.items()}


def peft_folder():
    """A language model with rank-stabilised scales."""
    folder = HERE / "peft"
    base = Qwen2ForCausalLM(Qwen2Config(hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
                                        num_key_value_heads=1, vocab_size=8, max_position_embeddings=16,
                                        tie_word_embeddings=True))
    base.load_state_dict(golden.seeded_weights(base.state_dict(), 71))
    base.save_pretrained(folder / "base")
    (folder / "base" / "generation_config.json").unlink(missing_ok=True)
    model = get_peft_model(base, LoraConfig(r=4, lora_alpha=6, use_rslora=True, target_modules=["q_proj", "v_proj", "down_proj"]))
    seeded_adapter(model, 73)
    model.save_pretrained(folder / "adapter")
    (folder / "adapter" / "README.md").unlink(missing_ok=True)
    path = folder / "adapter" / "adapter_config.json"
    config = json.loads(path.read_text())
    config["target_modules"] = sorted(config["target_modules"])
    config["base_model_name_or_path"] = None
    path.write_text(json.dumps(config, indent=1) + "\n")
    names = load_file(folder / "adapter" / "adapter_model.safetensors")
    modules = sorted({name.removeprefix("base_model.model.").rsplit(".lora_", 1)[0] for name in names})
    golden.write(folder / "expected.safetensors", merged_weights(model.merge_and_unload(), modules), __file__)


def main():
    diffusers_file(HERE / "plain", alpha=4, with_metadata=False)
    diffusers_file(HERE / "metadata", alpha=6, with_metadata=True)
    peft_folder()


if __name__ == "__main__":
    main()
