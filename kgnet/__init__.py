"""kgnet: provision, audit and watch a province's network from one written intent."""

__version__ = "0.1.0"
