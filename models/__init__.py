"""The models: five families, a GAN on codes, and a linear baseline. ``MODELS`` maps a name to its class."""

from models.autoencoder import Autoencoder
from models.base import GenerativeModel
from models.denoising_autoencoder import DenoisingAutoencoder
from models.fgan import FGAN
from models.gan import GAN
from models.latent_gan import LatentGAN
from models.pca import PCA
from models.vae import VAE

MODELS: dict[str, type[GenerativeModel]] = {
    "pca": PCA,
    "ae": Autoencoder,
    "dae": DenoisingAutoencoder,
    "vae": VAE,
    "gan": GAN,
    "fgan": FGAN,
    "latent-gan": LatentGAN,
}

__all__ = ["MODELS", "GenerativeModel"]
