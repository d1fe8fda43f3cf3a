"""The source documents: what they are, and what in them is wrong by the literature. Every erratum was read in its document."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Erratum:
    """Something that a document says and that is not so.

    Attributes:
        place: section or line.
        says: what stands there.
        right: what is right, and by which source.
    """

    place: str
    says: str
    right: str


@dataclass(frozen=True)
class Document:
    """A source document.

    Attributes:
        title: what it is.
        about: what it is about, in a sentence.
        errata: in their order in the document.
        author: as it names them, the family name first, a name that is one word or a pen name in braces (BibTeX's way); empty
            where it names none, as the rest.
        year: when it was written.
        url: where it says that it was published.
    """

    title: str
    about: str
    errata: tuple[Erratum, ...]
    author: str = ""
    year: str = ""
    url: str = ""


GOODFELLOW = "Goodfellow et al., NeurIPS 2014"

DOCUMENTS: dict[str, Document] = {
    "000": Document(
        title="notes on the foundations of GANs (Chinese, without a title)",
        about="Generators, autoencoders and discriminators by analogy, why neither part does alone, and f-GAN in a few lines.",
        errata=(
            Erratum(
                place="'fGAN', line 113",
                says="any divergence (they are all called f-divergences) can be put into the framework of GANs",
                right="Not every divergence is an f-divergence: the Wasserstein distance, which has a GAN of its own, "
                "is none (Arjovsky, Chintala and Bottou, ICML 2017).",
            ),
            Erratum(
                place="'fGAN', line 118",
                says="D_f measures how different P and Q are if f is convex and f(1) = 0",
                right="D_f ≥ 0 then, but D_f = 0 for P = Q alone needs f to be strictly convex at 1 (Csiszár 1967); f ="
                " 3 (u − 1) gives 0 for all P and Q. See any-f-is-a-divergence.",
            ),
        ),
    ),
    "001": Document(
        title="notes on 'Generative Adversarial Nets' (Chinese, posts/gan_1)",
        author="YE, Jian",
        url="https://jianye0428.github.io/posts/gan_1/",
        about="The paper of 2014 step by step: the game, the best discriminator, the value at the optimum, the algorithm.",
        errata=(
            Erratum(
                place="4",
                says="among any function spaces of G and D there is one unique solution",
                right=f"The statement is for arbitrary functions, that is, the space of all of them ({GOODFELLOW}, "
                "abstract); in a restricted one, as that of a network, there may be none or many.",
            ),
            Erratum(
                place="8.2, second display",
                says="if x is from P_g, then 1 − D(x) ↓",
                right="1 − D(x) is to rise, as the displays after it have it.",
            ),
            Erratum(
                place="9.1, third display",
                says="the derivative of P_g log(1 − D) is P_g · (−1) / log(1 − D)",
                right="It is P_g · (−1) / (1 − D); the conclusion below it uses the right one.",
            ),
            Erratum(
                place="9.2",
                says="a sum of two densities lies in [0, 2], half of it in [0, 1]",
                right="Densities need not lie in [0, 1]: that of N(0, 0.1²) reaches 4. Half of the sum is needed so "
                "that it integrates to 1.",
            ),
            Erratum(
                place="9.2, last display",
                says="E[log D(x)] + E[1 − log D(G(z))] as the objective",
                right=f"log(1 − D(G(z))) ({GOODFELLOW}, eq. 1). As printed it is ∫ (p − q) log D + 1, which has no "
                "maximum. See erratum-value.",
            ),
            Erratum(
                place="10, tips",
                says="with a perfect discriminator 1 − D becomes 0",
                right="With a perfect discriminator D(G(z)) → 0, so 1 − D → 1; what vanishes is the slope of log(1 − D)"
                f" ({GOODFELLOW}, section 3). See saturation.",
            ),
        ),
    ),
    "002": Document(
        title="an introduction to generative adversarial networks (Chinese, without a title)",
        author="{禅与计算机程序设计艺术}",
        about="History, parts, training and uses of GANs in an overview.",
        errata=(
            Erratum(
                place="'生成对抗网络'",
                says="the GAN of 2014 is by Ian Goodfellow, Yoshua Bengio and Alec Radford",
                right="By Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville and Bengio; Radford is "
                "not among them.",
            ),
            Erratum(
                place="'判别器网络'",
                says="cross-entropy or squared difference, mean squared errors",
                right="Cross-entropy is no mean squared error; the GAN with a squared one came later (Mao et al., ICCV "
                "2017).",
            ),
            Erratum(
                place="'对抗过程', step 6",
                says="repeat steps 3 to 5",
                right="Real data, drawn in step 1, are then never drawn again; each update draws new ones "
                f"({GOODFELLOW}, algorithm 1).",
            ),
        ),
    ),
    "003": Document(
        title="notes on the basics of GANs (Chinese, 'GAN基础')",
        year="2019",
        about="After a lecture: structured learning, whether a generator or a discriminator can do alone, VAE and GAN.",
        errata=(
            Erratum(
                place="'Algorithm', learning D",
                says="the discriminator is optimised by 梯度提升, gradient boosting",
                right=f"By gradient ascent, 梯度上升 ({GOODFELLOW}, algorithm 1); the next paragraph says 'Gradient Ascent'.",
            ),
        ),
    ),
    "004": Document(
        title="basic knowledge of GANs (Chinese, 'GAN 基础认知')",
        about="How random variables are drawn, the inverse transform, and a generator as one.",
        errata=(
            Erratum(
                place="'怎么获得随机变量的采样值', last display",
                says="P(CDF⁻¹(U) ≤ Y)",
                right="P(CDF⁻¹(U) ≤ y): the value, not the variable.",
            ),
            Erratum(
                place="'生成能合成图片的本质'",
                says="an image of (h, w) has h · n elements",
                right="It has h · w.",
            ),
            Erratum(
                place="'生成能合成图片的本质', last paragraph",
                says="a generator of images learns an inverse CDF",
                right="In more than one dimension a CDF has no inverse; a generator is some map from noise to data, of "
                "which there are many. On the line see inverse-cdf.",
            ),
        ),
    ),
}
"""By the first three digits of their file names."""
