"""Trains asbench/mini-clip and asbench/mini-dino on rendered mini-world data and writes them in Hugging Face layout.

    python train.py --data DIR --held-out DIR --out ../../models/embedded/asbench

Everything is seeded; the same torch, numpy and thread count give the same figures within the card's tolerances.
"""
import argparse
import json
import pathlib
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import evaluate
import export
import networks
import vocabulary
from data import World

SEED = 20260
BATCH = 128
CARDS = 48  # of a batch's shots also show their caption on a card
CARD_WEIGHT = 0.5
READ_AT_ONCE = 16
PROJECTION = 96
VISION = {"hidden_size": 128, "intermediate_size": 512, "num_hidden_layers": 4, "num_attention_heads": 4, "image_size": 64, "patch_size": 8}
TEXT = {"hidden_size": 128, "intermediate_size": 256, "num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": 77}
VIT = {"hidden_size": 128, "intermediate_size": 512, "num_hidden_layers": 3, "num_attention_heads": 4, "image_size": 64, "patch_size": 8,
       "layer_norm_eps": 1e-6}


def pixels(images):
    """uint8 [N, 64, 64, 3] to float [N, 3, 64, 64], mean and standard deviation 0.5."""
    return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float().div_(127.5).sub_(1.0)


def augmented(x, generator):
    """A small zoom, shift and change of light; half of them mirrored. Colours stay what captions call them."""
    n = len(x)
    rand = lambda low, high: low + (high - low) * torch.rand(n, generator=generator)
    zoom, flip = rand(0.78, 1.1), torch.where(rand(0, 1) < 0.5, -1.0, 1.0)
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0], theta[:, 1, 1] = zoom * flip, zoom
    theta[:, 0, 2], theta[:, 1, 2] = rand(-0.15, 0.15), rand(-0.12, 0.12)
    x = F.grid_sample(x, F.affine_grid(theta, x.shape, align_corners=False), padding_mode="border", align_corners=False)
    return (x * rand(0.88, 1.1).view(-1, 1, 1, 1) + rand(-0.06, 0.06).view(-1, 1, 1, 1)).clamp_(-1, 1)


def relit(x, generator):
    """Cards differ in light and in the codec's noise alone: the baseline writes a caption always in the same places."""
    n = len(x)
    gain = 0.88 + 0.22 * torch.rand(n, 1, 1, 1, generator=generator)
    offset = 0.12 * torch.rand(n, 1, 1, 1, generator=generator) - 0.06
    return (x * gain + offset + 0.03 * torch.randn(x.shape, generator=generator)).clamp_(-1, 1)


def empty_pictures(count, generator):
    """Pictures that show nobody: noise of several grains, flat colours, black."""
    kinds = []
    for i in range(count):
        if i % 4 == 0:
            picture = torch.rand(3, 64, 64, generator=generator) * 2 - 1
        elif i % 4 == 1:
            picture = 0.45 * torch.randn(3, 64, 64, generator=generator)
        elif i % 4 == 2:
            picture = (torch.rand(3, 1, 1, generator=generator) * 2 - 1).expand(3, 64, 64).clone()
        else:
            picture = torch.full((3, 64, 64), -1.0)
        kinds.append(picture.clamp(-1, 1))
    return torch.stack(kinds)


def contrast(a, b, same, scale):
    """InfoNCE with several positives: rows of a against all b, `same` [len(a), len(b)] marks what belongs together."""
    logits = scale * a @ b.T
    logits = logits.log_softmax(1)
    return -((logits * same).sum(1) / same.sum(1).clamp(min=1))[same.sum(1) > 0].mean()


def nobody_is_far(empty, pictures):
    """Pictures without a character end up opposite to all pictures with one: noise must score below the wrong character."""
    return (F.relu(empty @ pictures.T + 0.35) ** 2).mean()


class Heads(nn.Module):
    """Attribute classifiers that only exist while training: they show the encoder what there is to see."""

    def __init__(self, width, sizes):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, size) for size in sizes)

    def loss(self, features, targets):
        return sum(F.cross_entropy(layer(features), targets[:, i]) for i, layer in enumerate(self.layers)) / len(self.layers)


class Reader(nn.Module):
    """Spells a card's caption, each word by a query of its own over the patches; only exists while training. A contrast of whole
    captions says little about a single word; this says which marks are which. The bias of each query for certain places is what
    makes it quick: most words of a caption stand nearly where they stand in any other."""

    def __init__(self, world, width, heads=8):
        super().__init__()
        captions = [vocabulary.words_of(world.rows[row]["caption"]) for row in world.shots]
        number = {word: i + 1 for i, word in enumerate(sorted({word for words in captions for word in words}))}
        length = max(map(len, captions))
        self.targets = torch.tensor([[number[word] for word in words] + [0] * (length - len(words)) for words in captions])
        self.heads = heads
        self.query = nn.Parameter(0.5 * torch.randn(length, width))
        self.place = nn.Parameter(0.1 * torch.randn(heads, length, 1 + (VISION["image_size"] // VISION["patch_size"]) ** 2))
        self.norm = nn.LayerNorm(width)
        self.key, self.value, self.word = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, len(number) + 1)
        self.mix = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def loss(self, tokens, cards):
        split = lambda x: x.view(len(x), -1, self.heads, x.shape[-1] // self.heads).transpose(1, 2)
        tokens = self.norm(tokens)
        query = self.query.expand(len(tokens), -1, -1)
        # 15: Adam moves a parameter by its rate at most, and a softmax wants differences of several units.
        read = F.scaled_dot_product_attention(split(query), split(self.key(tokens)), split(self.value(tokens)), attn_mask=15.0 * self.place)
        read = read.transpose(1, 2).flatten(2)
        return F.cross_entropy(self.word(read + self.mix(read)).flatten(0, 1), self.targets[cards].flatten())


def see_contrast(net):
    """Starts half of the patch filters blind to brightness and places far apart: ink is a small part of a card's light."""
    with torch.no_grad():
        filters = net.vision_model.embeddings.patch_embedding.weight
        half = filters[len(filters) // 2:]
        half.copy_(3.0 * (half - half.mean((1, 2, 3), keepdim=True)))
        net.vision_model.embeddings.position_embedding.weight.normal_(std=0.3)


class Sampler:
    """Batches of one random frame from each of BATCH different shots."""

    def __init__(self, world, rng):
        self.rng = rng
        shots = {}
        for i, row in enumerate(world.rows):
            shots.setdefault((row["ip"], row["story"], row["shot"]), []).append(i)
        self.shots = [np.array(rows) for rows in shots.values()]

    def batches(self, count):
        order = []
        for _ in range(count):
            if len(order) < BATCH:
                order = list(self.rng.permutation(len(self.shots)))
            yield np.array([self.rng.choice(self.shots[order.pop()]) for _ in range(BATCH)])


def optimiser(parameters, steps, rate):
    adam = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.02, betas=(0.9, 0.98))
    warm = max(1, steps // 15)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        adam, lambda s: min((s + 1) / warm, 0.5 * (1 + np.cos(np.pi * min(1.0, s / steps))) + 1e-3))
    return adam, schedule


def report(name, step, steps, loss, started):
    if step % (steps // 12 + 1) == 0 or step + 1 == steps:
        print(f"{name} {step + 1}/{steps} loss {loss:.3f} {time.time() - started:.0f} s", flush=True)


def descend(loss, net, adam, schedule):
    adam.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    adam.step()
    schedule.step()


def learn_to_read(net, heads, reader, world, attributes, steps, generator, rng):
    """Cards before anything else: letters are 3 pixels wide, and finding them takes many steps, of few cards each."""
    adam, schedule = optimiser([p for m in (net, heads, reader) for p in m.parameters()], steps, 1e-3)
    started = time.time()
    for step in range(steps):
        cards = rng.choice(len(world.cards), READ_AT_ONCE, replace=False)
        tokens = net.tokens(relit(pixels(world.cards[cards]), generator))
        loss = 4.0 * reader.loss(tokens, cards) + 2.0 * heads.loss(net.summary(tokens), attributes[world.shots[cards]])
        descend(loss, net, adam, schedule)
        report("mini-clip reads", step, steps, loss.item(), started)


def train_clip(world, tokenizer, reading_steps, steps, seed):
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = networks.Clip(TEXT | {"vocab_size": len(tokenizer.ids), "eos_token_id": tokenizer.ids[vocabulary.END]}, VISION, PROJECTION)
    heads = Heads(VISION["hidden_size"], world.look_sizes + world.scene_sizes)
    reader = Reader(world, VISION["hidden_size"])
    attributes = torch.from_numpy(np.concatenate([world.looks[world.character], world.scenes], 1))
    see_contrast(net)
    learn_to_read(net, heads, reader, world, attributes, reading_steps, generator, rng)
    captions = [[torch.tensor(tokenizer(text)) for text in pair] for pair in world.captions()]
    names = torch.tensor([tokenizer(f"A {words}.") for words in world.words])
    adam, schedule = optimiser([p for m in (net, heads, reader) for p in m.parameters()], steps, 1.2e-3)
    references = pixels(world.references)
    started = time.time()
    for step, batch in enumerate(Sampler(world, rng).batches(steps)):
        who = torch.from_numpy(world.character[batch])
        cast = torch.unique(who)[:64]
        written = world.shot[batch[:CARDS]]
        tokens = net.tokens(torch.cat([augmented(pixels(world.frames[batch]), generator), relit(pixels(world.cards[written]), generator),
                                       augmented(references[cast], generator), empty_pictures(16, generator)]))
        pooled = net.summary(tokens)
        images = F.normalize(net.visual_projection(pooled), dim=-1)
        frames, cards, refs, empty = images.split([BATCH, CARDS, len(cast), 16])
        # What a card says is the narrative caption; a frame answers both.
        form = [0 if place < CARDS else rng.integers(2) for place in range(BATCH)]
        texts = net.text(torch.stack([captions[i][f] for i, f in zip(batch, form)] + [names[c] for c in cast]))
        sentences, descriptions = texts.split([BATCH, len(cast)])
        scale = net.logit_scale.exp().clamp(max=60)
        own = torch.eye(BATCH)
        pad = torch.zeros(BATCH, 16)
        text_loss = contrast(frames, sentences, own, scale) + contrast(sentences, torch.cat([frames, empty]), torch.cat([own, pad], 1), scale)
        identity = (who[:, None] == cast[None, :]).float()
        image_loss = contrast(frames, torch.cat([refs, empty]), torch.cat([identity, pad], 1), 10.0) + contrast(
            refs, torch.cat([frames, empty]), torch.cat([identity.T, torch.zeros(len(cast), 16)], 1), 10.0)
        name_loss = contrast(refs, descriptions, torch.eye(len(cast)), scale)
        card_loss = contrast(cards, sentences, own[:CARDS], scale) + contrast(sentences[:CARDS], cards, torch.eye(CARDS), scale)
        card_loss = card_loss + heads.loss(pooled[BATCH:BATCH + CARDS], attributes[batch[:CARDS]])
        card_loss = card_loss + 2.0 * reader.loss(tokens[BATCH:BATCH + CARDS], written)
        loss = text_loss + 0.6 * image_loss + 0.25 * name_loss + heads.loss(pooled[:BATCH], attributes[batch]) + CARD_WEIGHT * card_loss
        loss = loss + 4.0 * nobody_is_far(empty, torch.cat([frames, refs]))
        descend(loss, net, adam, schedule)
        report("mini-clip", step, steps, loss.item(), started)
    return net.eval()


def train_vit(world, steps, seed):
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = networks.Vit(VIT)
    heads = Heads(VIT["hidden_size"], world.look_sizes)
    looks = torch.from_numpy(world.looks)
    adam, schedule = optimiser(list(net.parameters()) + list(heads.parameters()), steps, 1.2e-3)
    references = pixels(world.references)
    started = time.time()
    for step, batch in enumerate(Sampler(world, rng).batches(steps)):
        who = torch.from_numpy(world.character[batch])
        cast = torch.unique(who)[:64]
        pooled = net.pooled(torch.cat([augmented(pixels(world.frames[batch]), generator), augmented(references[cast], generator),
                                       empty_pictures(16, generator)]))
        images = F.normalize(pooled, dim=-1)
        frames, refs, empty = images.split([BATCH, len(cast), 16])
        identity = (who[:, None] == cast[None, :]).float()
        others = (who[:, None] == who[None, :]).float() * (1 - torch.eye(BATCH))
        loss = contrast(frames, torch.cat([refs, empty]), torch.cat([identity, torch.zeros(BATCH, 16)], 1), 10.0)
        loss = loss + 0.5 * contrast(frames, torch.cat([frames, empty]), torch.cat([others, torch.zeros(BATCH, 16)], 1), 10.0)
        loss = loss + heads.loss(pooled[:BATCH], looks[who]) + 4.0 * nobody_is_far(empty, torch.cat([frames, refs]))
        descend(loss, net, adam, schedule)
        report("mini-dino", step, steps, loss.item(), started)
    return net.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="training cast, from asbench_training_data")
    parser.add_argument("--held-out", required=True, help="demo cast, another seed than the demo's")
    parser.add_argument("--out", required=True, help="folder that gets mini-clip/ and mini-dino/")
    parser.add_argument("--reading-steps", type=int, default=4000)
    parser.add_argument("--clip-steps", type=int, default=760)
    parser.add_argument("--vit-steps", type=int, default=360)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    torch.set_num_threads(2)
    torch.use_deterministic_algorithms(True)
    started = time.time()
    world = World(options.data)
    print(f"{len(world.rows)} frames of {len(world.words)} characters, {time.time() - started:.0f} s", flush=True)
    merges = vocabulary.train([text for pair in world.captions() for text in pair], merge_count=260)
    tokenizer = vocabulary.Tokenizer(merges, TEXT["max_position_embeddings"])
    clip = train_clip(world, tokenizer, options.reading_steps, options.clip_steps, options.seed)
    out = pathlib.Path(options.out)
    export.save_clip(clip, tokenizer, out / "mini-clip", TEXT, VISION, PROJECTION)
    vit = train_vit(world, options.vit_steps, options.seed)
    export.save_vit(vit, out / "mini-dino", VIT)
    print(f"trained in {(time.time() - started) / 60:.1f} minutes", flush=True)
    figures = evaluate.evaluate(out, World(options.held_out))
    (out / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
