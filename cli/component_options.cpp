#include "cli/component_options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/example_encoder.h"
#include "cli/known_names.h"
#include "cli/modules.h"
#include "cli/option_values.h"

namespace asbench::cli {

void add_component_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<ComponentOptions>();
  CLI::App* command = app.add_subcommand(
      "component", "run one part of an encoder or generator on given inputs (for developers)");
  command->footer(
      "NAME           --in                                   --out\n"
      "tokenizer      JSON list of strings                   JSON {\"ids\": [[77 ids]], "
      "\"truncated\": [bool]}\n"
      "preprocess     image file                             safetensors pixel_values [1,3,H,W] "
      "float32\n"
      "image_encoder  safetensors images uint8 [N,H,W,3]     safetensors features [N,D], unit "
      "length\n"
      "text_encoder   JSON list of strings                   safetensors features [N,D], unit "
      "length\n"
      "inspect        -                                      JSON: the checkpoint's tensors and "
      "configuration.\n"
      "               A generator's model folder without --out: the same for people, and what "
      "follows from it\n"
      "A generator's model folder (docs/animeshootergen.md); tensors and shapes in "
      "docs/design/animeshootergen.md 8:\n"
      "transformer    hidden_states, encoder_hidden_states,  sample\n"
      "               timestep\n"
      "vae_decoder    latents, tiling (optional)             sample\n"
      "vae_encoder    sample                                 mean, logvar\n"
      "scheduler      num_inference_steps; optional latents  alphas_cumprod, timesteps; "
      "trajectory\n"
      "               and model_output, or\n"
      "               encoder_hidden_states; guidance_scale\n"
      "vision_tower   pixel_values                           features\n"
      "projector      features                               embeds\n"
      "llm            inputs_embeds or input_ids; split      hidden_states\n"
      "qformer        encoder_hidden_states; query_embeds    last_hidden_state; condition\n"
      "t5             input_ids                              last_hidden_state\n"
      "Example:\n"
      "  asbench component tokenizer --model weights/" +
      example_encoder().id + " --in texts.json --out ids.json");
  command->add_option("NAME", options->name, "the part to run: one of the names below")
      ->required()
      ->check(one_of({"tokenizer", "preprocess", "image_encoder", "text_encoder", "inspect",
                      "transformer", "vae_decoder", "vae_encoder", "scheduler", "vision_tower",
                      "projector", "llm", "qformer", "t5"}));
  command
      ->add_option("--model", options->model,
                   "folder of a checkpoint in Hugging Face layout, or of a generator's model")
      ->required();
  command->add_option("--in", options->in, "input file, as in the table below");
  command->add_option("--out", options->out, "output file, as in the table below");
  command
      ->add_option(
          "--preprocess", options->preprocess,
          "preprocess images as hf, openai-clip or dino-eval (default: as the checkpoint says)")
      ->check(one_of(profile_names()));
  command
      ->add_option("--background", options->background,
                   "colour behind transparent images: black, white, gray, mean or keep")
      ->check(one_of(background_names()))
      ->capture_default_str();
  command
      ->add_option("--device", options->device,
                   "device to compute on: cpu, cuda, cuda:N (GPU number N) or auto")
      ->check(suggests(device_names()))
      ->capture_default_str();
  command
      ->add_option("--precision,--dtype", options->precision,
                   "arithmetic: fp32 or bf16; tf32 on a GPU only; encoders: bf16 on a GPU only")
      ->check(suggests({"fp32", "tf32", "bf16"}))
      ->capture_default_str();
  command->add_option("--threads", options->threads, "number of threads (0: all cores)")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command->callback([options, &chosen] {
    chosen = [options] { return run_in_module(Module::engine, "asbench_run_component", *options); };
  });
}

}  // namespace asbench::cli
