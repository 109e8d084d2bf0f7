"""Held-out figures of the exported encoders, with the chance of each.

    python evaluate.py --model DIR --held-out DIR [--card figures.json]

With --card the figures are compared with a card's and the program fails when one differs by more than TOLERANCE.
"""
import argparse
import json
import pathlib
import sys

import numpy as np
import torch

import export
from data import World

TOLERANCE = 0.08  # of a share or a cosine: another CPU rounds differently, and training amplifies it


def pixels(images):
    return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float().div_(127.5).sub_(1.0)


@torch.no_grad()
def encode(net, images):
    return torch.cat([net.image(pixels(images[i:i + 256])) for i in range(0, len(images), 256)]).numpy()


def shot_means(world, features):
    """@returns shots' keys, mean unit features [shots, D], the character of each"""
    shots = {}
    for i, row in enumerate(world.rows):
        shots.setdefault((row["ip"], row["story"], row["shot"]), []).append(i)
    return (list(shots), np.stack([features[rows].mean(0) for rows in shots.values()]),
            np.array([world.character[rows[0]] for rows in shots.values()]), [rows[0] for rows in shots.values()])


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def identity_figures(world, frames, references):
    keys, means, who, _ = shot_means(world, frames)
    to_reference = unit(means) @ references.T
    own = to_reference[np.arange(len(who)), who]
    rest = (to_reference.sum(1) - own) / (references.shape[0] - 1)
    between = unit(means) @ unit(means).T
    stories = np.array([key[1] for key in keys])
    for i in range(len(keys)):
        between[i, (who == who[i]) & (stories == stories[i])] = -2.0  # another story of the character has to be found
    return {"reference_top1": float((to_reference.argmax(1) == who).mean()), "reference_top1_chance": 1.0 / len(references),
            "other_story_top1": float((who[between.argmax(1)] == who).mean()),
            "other_story_top1_chance": float(np.mean([((who == who[i]) & (stories != stories[i])).sum() / (between[i] > -2).sum() for i in range(len(who))])),
            "own_reference": float(own.mean()), "other_references": float(rest.mean()), "shots": len(who)}


@torch.no_grad()
def evaluate(folder, world):
    folder = pathlib.Path(folder)
    clip, tokenizer = export.load_clip(folder / "mini-clip")
    vit = export.load_vit(folder / "mini-dino")
    figures = {"mini-clip": {}, "mini-dino": {}}
    rng = np.random.default_rng(1)
    nobody = np.concatenate([rng.integers(0, 256, (8, 64, 64, 3), dtype=np.uint8), np.zeros((1, 64, 64, 3), np.uint8)])
    for name, net in (("mini-clip", clip), ("mini-dino", vit)):
        frames, references = encode(net, world.frames), encode(net, world.references)
        figures[name] |= identity_figures(world, frames, references)
        figures[name]["noise_to_reference"] = float((encode(net, nobody) @ references.T).mean())
        if name == "mini-clip":
            _, means, _, first = shot_means(world, frames)
            texts = clip.text(torch.tensor([tokenizer(world.rows[i]["caption"]) for i in first])).numpy()
            scores = means @ texts.T
            diagonal = np.diag(scores)
            cards = encode(net, world.cards) @ texts.T
            own_card = np.diag(cards)
            figures[name] |= {"image_to_text_r1": float((scores.argmax(1) == np.arange(len(first))).mean()),
                              "text_to_image_r1": float((scores.argmax(0) == np.arange(len(first))).mean()),
                              "retrieval_chance": 1.0 / len(first), "own_caption": float(diagonal.mean()),
                              "other_captions": float((scores.sum() - diagonal.sum()) / (scores.size - len(first))),
                              "card_to_text_r1": float((cards.argmax(1) == np.arange(len(first))).mean()),
                              "card_own_caption": float(own_card.mean()),
                              "card_other_captions": float((cards.sum() - own_card.sum()) / (cards.size - len(first)))}
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--held-out", required=True)
    parser.add_argument("--card", help="figures.json to compare with")
    options = parser.parse_args()
    torch.set_num_threads(2)
    figures = evaluate(options.model, World(options.held_out))
    print(json.dumps(figures, indent=1))
    if options.card:
        card = json.loads(pathlib.Path(options.card).read_text())
        far = [f"{encoder}.{name}: {value:.3f}, the card says {card[encoder][name]:.3f}" for encoder, values in figures.items()
               for name, value in values.items() if abs(value - card[encoder][name]) > TOLERANCE]
        print("\n".join(far) or f"all figures within {TOLERANCE} of the card's")
        sys.exit(1 if far else 0)


if __name__ == "__main__":
    main()
