"""SmolLM2 (135M, in four bits) as a checkpoint with Hugging Face names, and a random LoRA adapter beside it."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

RANK, ALPHA = 8, 16
BLOCK = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def checkpoints(package: Path, folder: Path) -> tuple[Path, Path]:
    """The 210 matrices of the 30 blocks in single precision, and factors of random entries for all of them.

    Rows of queries and keys stay in the order of the file: singular values and cosines do not depend on it. The
    updates are scaled so that in most matrices some of their eight spikes pass the tenth singular value.
    """
    import gguf

    rng, base, factors = np.random.default_rng(0), {}, {}
    for tensor in gguf.GGUFReader(next(package.glob("*.gguf"))).tensors:
        name = tensor.name.removesuffix(".weight").split(".")
        if name[-1] in BLOCK:
            module = f"model.layers.{name[1]}.{BLOCK[name[-1]]}"
            W = base[f"{module}.weight"] = gguf.dequantize(tensor.data, tensor.tensor_type)
            (n, m), size = W.shape, np.linalg.norm(W) / np.sqrt(min(W.shape))
            A, B = rng.standard_normal((RANK, m), np.float32), rng.standard_normal((n, RANK), np.float32)
            strengths = size * np.geomspace(2.5, 0.1, RANK, dtype=np.float32) * RANK / ALPHA / np.sqrt(n * m)
            factors[f"base_model.model.{module}.lora_A.weight"] = A
            factors[f"base_model.model.{module}.lora_B.weight"] = B * strengths
    for where in (folder / "base", folder / "adapter"):
        where.mkdir()
    save_file(base, folder / "base" / "model.safetensors")
    save_file(factors, folder / "adapter" / "adapter_model.safetensors")
    config = {"peft_type": "LORA", "r": RANK, "lora_alpha": ALPHA, "target_modules": sorted(set(BLOCK.values()))}
    (folder / "adapter" / "adapter_config.json").write_text(json.dumps(config))
    return folder / "base", folder / "adapter"
