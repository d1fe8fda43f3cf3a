"""The models: five families, a GAN on codes, PCA, regression, a discriminator alone. ``MODELS`` maps a name to its class."""

from models.autoencoder import Autoencoder
from models.base import GenerativeModel
from models.denoising_autoencoder import DenoisingAutoencoder
from models.discriminator import Discriminator
from models.fgan import FGAN
from models.gan import GAN
from models.latent_gan import LatentGAN
from models.pca import PCA
from models.regression import Regression
from models.vae import VAE

MODELS: dict[str, type[GenerativeModel]] = {
    "pca": PCA,
    "ae": Autoencoder,
    "dae": DenoisingAutoencoder,
    "vae": VAE,
    "gan": GAN,
    "fgan": FGAN,
    "latent-gan": LatentGAN,
    "regression": Regression,
    "discriminator": Discriminator,
}

__all__ = ["MODELS", "GenerativeModel"]
