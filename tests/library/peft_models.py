"""Small models that PEFT adapts, saves, loads and merges."""

import torch
from peft import PeftModel, get_peft_model
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
)

ATTENTION = ["q_proj", "v_proj", "o_proj", "down_proj"]
CONV1D = ("c_attn.weight", "c_proj.weight", "c_fc.weight")
SIZES = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2}


def llama(**settings):
    return LlamaForCausalLM(LlamaConfig(**{"vocab_size": 32, "num_key_value_heads": 1} | SIZES | settings))


def gpt2():
    """All layers have a bias, attn.c_proj is square."""
    return GPT2LMHeadModel(GPT2Config(vocab_size=32, n_positions=8, n_embd=16, n_layer=2, n_head=2))


def bert(kind=BertForSequenceClassification):
    return kind(BertConfig(vocab_size=32, max_position_embeddings=8, **SIZES))


def randomise(model, seed=0):
    generator = torch.Generator().manual_seed(seed)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data += 0.3 * torch.randn(parameter.shape, generator=generator).to(parameter.dtype)


def tuned(model, config, folder, **saving):
    """Saves base and adapter, with random factors; returns the base's weights and those merged by PEFT, reloaded."""
    model.save_pretrained(folder / "base", **saving)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    adapted = get_peft_model(model, config)
    randomise(adapted)
    adapted.save_pretrained(folder / "adapter")
    reloaded = type(model).from_pretrained(folder / "base", dtype=model.dtype)
    merged = PeftModel.from_pretrained(reloaded, folder / "adapter").merge_and_unload()
    return before, merged.state_dict()


def oriented(state, name):
    matrix = state[name].double().numpy()
    return matrix.T if name.endswith(CONV1D) else matrix
