"""Page functions, one module per platform: a kept page in, a reading out."""
