"""The registry of claims: what the source documents say, how it is judged, with which margin. Data, not code.

Margins and settings stand here, committed, before the first run on verdict seeds that judges a claim; pilots use seeds 100–199.
"""

from __future__ import annotations

from collections import Counter

from benchmarks.claims import autoencoders, discriminators, f_gan, gan_theory, images, sampling, training, vae_and_gan
from benchmarks.claims.spec import Claim, Family

TOPICS = (autoencoders, gan_theory, f_gan, discriminators, sampling, vae_and_gan, images, training)

CLAIMS: dict[str, Claim] = {claim.id: claim for topic in TOPICS for claim in topic.CLAIMS}
"""All claims by their id, in the order of the documents' topics."""
FAMILY_SIZES: dict[Family, int] = dict(Counter(claim.family for claim in CLAIMS.values() if claim.family))
"""Claims of each family, judged or not."""
