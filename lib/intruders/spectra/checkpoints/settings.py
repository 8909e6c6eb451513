"""The settings of a PEFT adapter: which are understood, and the rank and the scale they give to each layer."""

import math
import re
from dataclasses import dataclass
from pathlib import Path

from intruders.spectra.checkpoints.tensors import CheckpointError, Stored

CONFIG, FACTORS = "adapter_config.json", "adapter_model.safetensors"

_CONVERT = (
    "a part of the base's weights was moved into the factors, which this file does not tell apart; "
    "save_pretrained(path_initial_model_for_weight_conversion=...) in PEFT writes an ordinary LoRA"
)
CHANGES_THE_BASE = dict.fromkeys(("pissa", "olora", "corda", "lora_ga"), _CONVERT) | {
    "loftq": "the base was quantised and the rest put into the factors; save the merged model and scan that"
}
PLAIN_STARTS = ("gaussian", "eva", "orthogonal", "mica", "true", "false", "none")

REFUSED = {
    "alora_invocation_tokens": "an activated LoRA acts on some tokens alone: there is no one tuned matrix",
    "arrow_config": "Arrow routes between adapters by the input: there is no one tuned matrix",
    "kasa_config": "KaSA removes components from the base weights",
    "layer_replication": "the tuned model repeats layers of the base",
    "megatron_config": "the layers are Megatron's, split over devices",
    "monteclora_config": "its weights are random draws",
    "use_bdlora": "block-diagonal factors are not read",
    "use_qalora": "QA-LoRA's factors act on pooled inputs",
    "velora_config": "VeLoRA's factors are not read",
}
UNDERSTOOD = {
    *("alpha_pattern", "auto_mapping", "base_model_name_or_path", "bias", "corda_config", "ensure_weight_tying"),
    *("eva_config", "exclude_modules", "fan_in_fan_out", "inference_mode", "init_lora_weights", "layers_pattern"),
    *("layers_to_transform", "loftq_config", "lora_alpha", "lora_bias", "lora_dropout", "lora_ga_config"),
    *("megatron_core", "modules_to_save", "modules_to_tie", "peft_type", "peft_version", "qalora_group_size", "r"),
    *("rank_pattern", "revision", "runtime_config", "target_modules", "target_modules_to_tie", "target_parameters"),
    *("task_type", "trainable_token_indices", "use_dora", "use_rslora"),
}
ADALORA = {
    *("beta1", "beta2", "deltaT", "init_r", "orth_reg_weight", "target_r", "tfinal", "tinit", "total_step"),
}


@dataclass
class Adapter:
    """A PEFT adapter: its folder, its configuration and its tensors.

    Raises CheckpointError for another kind of adapter than LoRA and AdaLoRA and for settings that give no update of
    the base by factors and scale, or that are not known.
    """

    folder: Path
    config: dict
    tensors: dict[str, Stored]

    def __post_init__(self):
        kind = self.config.get("peft_type")
        if kind not in ("LORA", "ADALORA"):
            raise CheckpointError(f"{self.file}: adapters of type {kind} are not read, only LORA and ADALORA")
        for key, why in REFUSED.items():
            if self.config.get(key):
                raise CheckpointError(f"{self.file}: {key} is set: {why}")
        known = UNDERSTOOD | (ADALORA if self.adalora else set())
        unknown = [key for key in sorted(self.config) if self.config[key] and key not in known]
        if unknown:
            raise CheckpointError(f"{self.file}: {unknown[0]}={self.config[unknown[0]]!r} is not a setting known here")
        start = str(self.config.get("init_lora_weights", True)).lower()
        for kind, why in CHANGES_THE_BASE.items():
            if start.startswith(kind):
                raise CheckpointError(f"{self.file}: init_lora_weights={start!r}: {why}")
        if start not in PLAIN_STARTS:
            raise CheckpointError(f"{self.file}: init_lora_weights={start!r} is not known")

    @property
    def file(self) -> Path:
        return self.folder / CONFIG

    @property
    def adalora(self) -> bool:
        return self.config["peft_type"] == "ADALORA"

    @property
    def tensors_file(self) -> Path:
        return self.folder / FACTORS

    def parameters_of(self, module: str) -> list[str]:
        """The names of a layer's parameters that are adapted one by one, if any are."""
        targets = self.config.get("target_parameters") or []
        leaves = {target: target.rpartition(".")[2] for target in targets}
        return [leaf for target, leaf in leaves.items() if f".{module}.{leaf}".endswith(f".{target}")]

    def rank(self, module: str) -> int:
        """Number of columns of B that the settings give to a layer."""
        if self.adalora:
            masks = self.config.get("rank_pattern") or {}
            mask = masks.get(f"{module}.lora_E")
            return sum(map(bool, mask)) if isinstance(mask, list) else self._number("init_r")
        return self._number("r", "rank_pattern", module)

    def scale(self, module: str) -> float:
        """alpha / r, or alpha / sqrt(r) with rank stabilisation; for AdaLoRA alpha / (r + 1e-5), its initial r."""
        if self.adalora:
            return self._number("lora_alpha") / (self._number("init_r") + 1e-5)
        r = self.rank(module)
        return self._number("lora_alpha", "alpha_pattern", module) / (
            math.sqrt(r) if self.config.get("use_rslora") else r
        )

    def _number(self, key: str, pattern_key: str = "", module: str = "") -> float:
        """A positive setting, or that of the first pattern that matches the end of the layer's name, as in PEFT."""
        value = self.config.get(key)
        try:
            for pattern, special in (self.config.get(pattern_key) or {}).items():
                if re.fullmatch(rf"(.*\.)?({pattern})", module):
                    key, value = f"{pattern_key}[{pattern!r}]", special
                    break
        except (re.error, AttributeError) as error:
            raise CheckpointError(f"{self.file}: {pattern_key} is no mapping from patterns: {error}") from error
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < math.inf:
            raise CheckpointError(f"{self.file}: {key} must be a positive number, got {value!r}")
        return value
