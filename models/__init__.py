"""The five models. ``MODELS`` maps a name to its class; each model stands in a file of its own."""

from models.autoencoder import Autoencoder
from models.base import GenerativeModel
from models.denoising_autoencoder import DenoisingAutoencoder
from models.fgan import FGAN
from models.gan import GAN
from models.vae import VAE

MODELS: dict[str, type[GenerativeModel]] = {
    "ae": Autoencoder,
    "dae": DenoisingAutoencoder,
    "vae": VAE,
    "gan": GAN,
    "fgan": FGAN,
}

__all__ = ["MODELS", "GenerativeModel"]
