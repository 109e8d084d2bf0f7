"""CLIP and ViT in plain torch. Module names are the keys of published checkpoints, so a state dict is a checkpoint."""
import torch
from torch import nn
from torch.nn import functional as F


class Attention(nn.Module):
    """names: of the query, key, value and output layers"""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x, causal):
        b, n, d = x.shape
        q, k, v = (p(x).view(b, n, self.heads, d // self.heads).transpose(1, 2) for p in (self.q_proj, self.k_proj, self.v_proj))
        return self.out_proj(F.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).reshape(b, n, d))


class Mlp(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, x):
        h = self.fc1(x)
        return self.fc2(h * torch.sigmoid(1.702 * h))  # quick_gelu


class ClipBlock(nn.Module):
    def __init__(self, width, inner, heads):
        super().__init__()
        self.self_attn, self.mlp = Attention(width, heads), Mlp(width, inner)
        self.layer_norm1, self.layer_norm2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x, causal=False):
        x = x + self.self_attn(self.layer_norm1(x), causal)
        return x + self.mlp(self.layer_norm2(x))


def blocks(make, count, name):
    holder = nn.Module()
    setattr(holder, name, nn.ModuleList(make() for _ in range(count)))
    return holder


class Clip(nn.Module):
    def __init__(self, text, vision, projection):
        super().__init__()
        t, v = text, vision
        self.text_model, self.vision_model = nn.Module(), nn.Module()
        self.text_model.embeddings = nn.Module()
        self.text_model.embeddings.token_embedding = nn.Embedding(t["vocab_size"], t["hidden_size"])
        self.text_model.embeddings.position_embedding = nn.Embedding(t["max_position_embeddings"], t["hidden_size"])
        self.text_model.encoder = blocks(lambda: ClipBlock(t["hidden_size"], t["intermediate_size"], t["num_attention_heads"]), t["num_hidden_layers"], "layers")
        self.text_model.final_layer_norm = nn.LayerNorm(t["hidden_size"])
        e = self.vision_model.embeddings = nn.Module()
        patches = (v["image_size"] // v["patch_size"]) ** 2
        e.class_embedding = nn.Parameter(0.02 * torch.randn(v["hidden_size"]))
        e.patch_embedding = nn.Conv2d(3, v["hidden_size"], v["patch_size"], v["patch_size"], bias=False)
        e.position_embedding = nn.Embedding(patches + 1, v["hidden_size"])
        self.vision_model.pre_layrnorm = nn.LayerNorm(v["hidden_size"])
        self.vision_model.encoder = blocks(lambda: ClipBlock(v["hidden_size"], v["intermediate_size"], v["num_attention_heads"]), v["num_hidden_layers"], "layers")
        self.vision_model.post_layernorm = nn.LayerNorm(v["hidden_size"])
        self.visual_projection = nn.Linear(v["hidden_size"], projection, bias=False)
        self.text_projection = nn.Linear(t["hidden_size"], projection, bias=False)
        self.logit_scale = nn.Parameter(torch.tensor(2.6592))
        for table in (self.text_model.embeddings.token_embedding, self.text_model.embeddings.position_embedding, e.position_embedding):
            nn.init.normal_(table.weight, std=0.02)
        self.end = t["eos_token_id"]

    def tokens(self, pixels):
        """The class token and the patches [N, 1 + patches, width] as the last layer leaves them."""
        m = self.vision_model
        x = m.embeddings.patch_embedding(pixels).flatten(2).transpose(1, 2)
        x = torch.cat([m.embeddings.class_embedding.expand(len(x), 1, -1), x], 1) + m.embeddings.position_embedding.weight
        x = m.pre_layrnorm(x)
        for block in m.encoder.layers:
            x = block(x)
        return x

    def pooled(self, pixels):
        return self.summary(self.tokens(pixels))

    def summary(self, tokens):
        return self.vision_model.post_layernorm(tokens[:, 0])

    def image(self, pixels):
        return F.normalize(self.visual_projection(self.pooled(pixels)), dim=-1)

    def text(self, ids):
        m = self.text_model
        used = int((ids != self.end).sum(1).max()) + 1  # all later places hold padding, which causal attention never reads
        ids = ids[:, :used]
        x = m.embeddings.token_embedding(ids) + m.embeddings.position_embedding.weight[:used]
        for block in m.encoder.layers:
            x = block(x, causal=True)
        at_end = (ids == self.end).int().argmax(1)
        x = m.final_layer_norm(x)[torch.arange(len(ids)), at_end]
        return F.normalize(self.text_projection(x), dim=-1)


class VitBlock(nn.Module):
    def __init__(self, width, inner, heads, eps):
        super().__init__()
        self.heads = heads
        self.attention, self.intermediate, self.output = nn.Module(), nn.Module(), nn.Module()
        self.attention.attention, self.attention.output = nn.Module(), nn.Module()
        for name in ("query", "key", "value"):
            setattr(self.attention.attention, name, nn.Linear(width, width))
        self.attention.output.dense = nn.Linear(width, width)
        self.intermediate.dense, self.output.dense = nn.Linear(width, inner), nn.Linear(inner, width)
        self.layernorm_before, self.layernorm_after = nn.LayerNorm(width, eps), nn.LayerNorm(width, eps)

    def forward(self, x):
        b, n, d = x.shape
        h, a = self.layernorm_before(x), self.attention.attention
        q, k, v = (p(h).view(b, n, self.heads, d // self.heads).transpose(1, 2) for p in (a.query, a.key, a.value))
        x = x + self.attention.output.dense(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, n, d))
        return x + self.output.dense(F.gelu(self.intermediate.dense(self.layernorm_after(x))))


class Vit(nn.Module):
    def __init__(self, c):
        super().__init__()
        width, eps = c["hidden_size"], c["layer_norm_eps"]
        e = self.embeddings = nn.Module()
        e.cls_token = nn.Parameter(0.02 * torch.randn(1, 1, width))
        e.position_embeddings = nn.Parameter(0.02 * torch.randn(1, (c["image_size"] // c["patch_size"]) ** 2 + 1, width))
        e.patch_embeddings = nn.Module()
        e.patch_embeddings.projection = nn.Conv2d(3, width, c["patch_size"], c["patch_size"])
        self.encoder = blocks(lambda: VitBlock(width, c["intermediate_size"], c["num_attention_heads"], eps), c["num_hidden_layers"], "layer")
        self.layernorm = nn.LayerNorm(width, eps)

    def pooled(self, pixels):
        x = self.embeddings.patch_embeddings.projection(pixels).flatten(2).transpose(1, 2)
        x = torch.cat([self.embeddings.cls_token.expand(len(x), -1, -1), x], 1) + self.embeddings.position_embeddings
        for block in self.encoder.layer:
            x = block(x)
        return self.layernorm(x)[:, 0]

    def image(self, pixels):
        return F.normalize(self.pooled(pixels), dim=-1)
