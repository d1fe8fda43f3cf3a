"""Metrics as pure functions. ``METRICS`` maps a name to the function and what a reader must know to use its value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from metrics import (
    attributes,
    classes,
    control,
    coverage,
    discrimination,
    divergence,
    effort,
    f_divergence,
    frechet,
    gaussian_fit,
    interpolation,
    kolmogorov,
    layers,
    likelihood,
    manifold,
    maximum_likelihood,
    mixing,
    neighbours,
    pairs,
    pixel,
    posterior,
    printed_value,
    quadrature,
    quantile_map,
    reproduction,
    retrieval,
    sampling_methods,
    similarity,
    spectrum,
    strokes,
    two_sample,
    variational,
)

Direction = Literal["lower", "higher", "reference", "none"]


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes:
        function: computes the value from the arguments named in ``needs``, in that order.
        needs: names of what it reads: samples, mass, sample_features, reference_features, …
        direction: ``lower`` or ``higher`` is better, best at the ``reference`` value of real data, or ``none``: no order.
        unit: nats, share, modes, pixels (Euclidean distance with pixels in [0, 1]), or "" for none.
        title: short name for tables.
        summary: one line on what it measures, with its source.
        rtol: relative difference that another processor or version may make where nothing is trained, ten times what was measured.
        atol: absolute difference that it may make; for shares: some images on the other side of a border.
        infinite: +∞ is a value of it; for others it is a failure.
    """

    function: Callable[..., float]
    needs: tuple[str, ...]
    direction: Direction
    unit: str
    title: str
    summary: str
    rtol: float = 1e-5
    atol: float = 1e-12
    infinite: bool = False


SOME_IMAGES = 2e-3
"""What a rounding error in features can move a share by: two images of a thousand."""

METRICS: dict[str, Metric] = {
    "jsd-hist": Metric(
        divergence.jsd_histogram, ("counts", "mass"), "lower", "nat", "JSD",
        "Jensen–Shannon divergence to the exact density, by histogram (Lin 1991)",
    ),
    "kl-data-model-hist": Metric(
        divergence.kl_data_model_histogram, ("counts", "mass"), "lower", "nat", "KL(data‖model)",
        "KL from data to model, by smoothed histogram: punishes missed modes",
    ),
    "kl-model-data-hist": Metric(
        divergence.kl_model_data_histogram, ("counts", "mass"), "lower", "nat", "KL(model‖data)",
        "KL from model to data, by histogram: punishes samples off the data",
    ),
    "jsd-knn": Metric(
        divergence.jsd_knn, ("fresh_log_density", "few_log_density", "few_fresh_log_knn", "few_log_knn"),
        "lower", "nat", "JSD (kNN)",
        "Jensen–Shannon divergence by nearest neighbours and the exact log-density",
    ),
    "kl-data-model-knn": Metric(
        divergence.kl_data_model_knn, ("fresh_log_density", "few_fresh_log_knn"), "lower", "nat", "KL(data‖model) (kNN)",
        "KL from data to model by nearest neighbours (Wang et al. 2009)", infinite=True,
    ),
    "kl-model-data-knn": Metric(
        divergence.kl_model_data_knn, ("few_log_density", "few_log_knn"), "lower", "nat", "KL(model‖data) (kNN)",
        "KL from model to data: nearest-neighbour entropy and the exact log-density", infinite=True,
    ),
    "jsd-kde": Metric(
        divergence.jsd_kernel, ("fresh_log_density", "sample_log_density", "fresh_log_kernel", "sample_log_kernel"), "lower",
        "nat", "JSD (KDE)",
        "Jensen–Shannon divergence by kernel density and the exact log-density",
    ),
    "kl-data-model-kde": Metric(
        divergence.kl_data_model_kernel, ("fresh_log_density", "fresh_log_kernel"), "lower", "nat", "KL(data‖model) (KDE)",
        "KL from data to model by kernel density; arbitrary where the model has no samples", infinite=True,
    ),
    "kl-model-data-kde": Metric(
        divergence.kl_model_data_kernel, ("sample_log_density", "sample_log_kernel"), "lower", "nat", "KL(model‖data) (KDE)",
        "KL from model to data: leave-one-out kernel entropy and the exact log-density", infinite=True,
    ),
    "jsd-quadrature": Metric(
        quadrature.jsd, ("lattice_log_p", "lattice_log_q", "cell"), "none", "nat", "true JSD",
        "Jensen–Shannon divergence of two known densities",
    ),
    "kl-data-model-quadrature": Metric(
        quadrature.kl_data_model, ("lattice_log_p", "lattice_log_q", "cell"), "none", "nat", "true KL(P‖Q)",
        "KL of two known densities, from the data's to its variation", infinite=True,
    ),
    "kl-model-data-quadrature": Metric(
        quadrature.kl_model_data, ("lattice_log_p", "lattice_log_q", "cell"), "none", "nat", "true KL(Q‖P)",
        "KL of two known densities, to the data's from its variation", infinite=True,
    ),
    "modes-captured": Metric(
        coverage.modes_captured, ("samples", "means", "weights", "scales"), "higher", "modes", "modes captured",
        "modes with at least a quarter of their fair share within 3 standard deviations",
    ),
    "modes-hit": Metric(
        coverage.modes_hit, ("samples", "means", "scales"), "higher", "modes", "modes hit",
        "modes with at least one sample within 3 standard deviations (VEEGAN 2017)",
    ),
    "modes-per-chain": Metric(
        coverage.modes_per_chain, ("states", "means", "scales"), "higher", "modes", "modes per chain",
        "modes in which one Markov chain has a state within 3 standard deviations, mean over chains",
    ),
    "mode-kl": Metric(
        coverage.mode_divergence, ("samples", "means", "weights", "scales"), "lower", "nat", "KL of modes",
        "KL divergence between the modes' shares among samples within 3 standard deviations and the fair ones (PacGAN 2018)",
        infinite=True,
    ),
    "high-quality-share": Metric(
        coverage.high_quality_share, ("samples", "means", "scales"), "reference", "share", "high quality",
        "share of samples within 3 standard deviations of a mode (VEEGAN 2017)",
    ),
    "off-support-share": Metric(
        coverage.off_support_share, ("log_density", "support_level"), "reference", "share", "off support",
        "share of samples where the density is below the level that 99.9 % of the data exceed",
    ),
    "fid": Metric(
        frechet.fid, ("sample_features", "reference_features"), "lower", "", "FID",
        "Fréchet distance between features, in the extractor that is named (Heusel et al. 2017)", atol=1e-6,
    ),
    "kid": Metric(
        frechet.kid, ("sample_features", "reference_features"), "lower", "", "KID",
        "squared kernel distance between features (Bińkowski et al. 2018)", atol=1e-6,
    ),
    "precision": Metric(
        manifold.precision, ("manifold",), "reference", "share", "precision",
        "share of samples within the real images' neighbourhoods in feature space, k = 3 (Kynkäänniemi et al. 2019)",
        atol=SOME_IMAGES,
    ),
    "recall": Metric(
        manifold.recall, ("manifold",), "reference", "share", "recall",
        "share of real images within the samples' neighbourhoods in feature space, k = 3 (Kynkäänniemi et al. 2019)",
        atol=SOME_IMAGES,
    ),
    "density": Metric(
        manifold.density, ("manifold",), "reference", "", "density",
        "neighbourhoods of real images that hold a sample, over k = 5: about 1 for real data (Naeem et al. 2020)", atol=SOME_IMAGES,
    ),
    "coverage": Metric(
        manifold.coverage, ("manifold",), "reference", "share", "coverage",
        "share of real images with a sample in their neighbourhood, k = 5 (Naeem et al. 2020)", atol=SOME_IMAGES,
    ),
    "classes-covered": Metric(
        classes.classes_covered, ("sample_classes", "reference_classes"), "higher", "classes", "classes covered",
        "classes, as the extractor predicts them, with at least a quarter of their share in real data",
    ),
    "label-entropy": Metric(
        classes.label_entropy, ("sample_classes",), "reference", "nat", "label entropy",
        "entropy of the classes that the extractor predicts for the samples", atol=SOME_IMAGES,
    ),
    "sharpness": Metric(
        spectrum.sharpness, ("image_samples", "image_reference"), "reference", "", "sharpness",
        "power above 0.25 cycles per pixel relative to real images; artefacts count as sharp, so read it beside FID",
    ),
    "c2st": Metric(
        two_sample.c2st, ("few_held_out",), "reference", "share", "C2ST accuracy",
        "held-out accuracy of a fresh classifier telling samples from data, 0.5 at chance (Lopez-Paz and Oquab 2017)",
    ),
    "c2st-auc": Metric(
        two_sample.c2st_auc, ("few_held_out",), "reference", "share", "C2ST AUC",
        "area under the ROC curve of the same classifier, 0.5 at chance",
    ),
    "game-value": Metric(
        discrimination.game_value, ("discriminator_loss",), "none", "nat", "value of the game",
        "what the game's own discriminator attains on fresh data and samples; −log 4 at the GAN's equilibrium",
    ),
    "indecision-error": Metric(
        discrimination.indecision_error, ("real_probability", "fake_probability"), "none", "", "|D − ½|",
        "mean distance of the game's own D to ½, data and samples counting half each (Goodfellow et al. 2014)",
    ),
    "game-accuracy": Metric(
        discrimination.accuracy, ("real_scores", "fake_scores", "threshold"), "none", "share", "accuracy of D",
        "share of right decisions of the game's own discriminator on fresh data and samples",
    ),
    "fooled-share": Metric(
        discrimination.share_above, ("fake_scores", "threshold"), "none", "share", "D fooled",
        "share of samples that the game's own discriminator takes for data",
    ),
    "game-auc": Metric(
        discrimination.auc, ("real_scores", "fake_scores"), "none", "share", "AUC of D",
        "area under the ROC curve of the game's own discriminator on fresh data and samples",
    ),
    "off-support-scored-real": Metric(
        discrimination.share_above, ("off_support_scores", "threshold"), "lower", "share", "off support, scored real",
        "share of points evenly over the window, off the data's support, that the discriminator takes for data",
    ),
    "far-false-accepts": Metric(
        discrimination.share_above, ("off_support_scores", "accepting_level"), "lower", "share", "false accepts",
        "the same at the score that 95 % of held-out data exceed",
    ),
    "near-false-accepts": Metric(
        discrimination.mean_share_above, ("near_scores", "accepting_level"), "lower", "share", "false accepts near data",
        "share of data moved off the support by Gaussian noise that score above what 95 % of held-out data exceed",
    ),
    "optimum-error": Metric(
        variational.optimum_error, ("probability", "lattice_log_p", "lattice_log_q", "cell"), "lower", "", "|D − D*|",
        "mean distance of D to p / (p + q) under (p + q) / 2 (Goodfellow et al. 2014, proposition 1)",
    ),
    "bound-value": Metric(
        variational.bound, ("real_term", "fake_term", "lattice_log_p", "lattice_log_q", "cell"), "higher", "nat", "bound",
        "variational bound that the discriminator attains between two known densities (Nowozin et al. 2016)",
    ),
    "bound-optimum": Metric(
        variational.optimum, ("true_divergence",), "none", "nat", "its optimum",
        "the f-divergence of the two densities, by quadrature: for the GAN's value 2 JSD − log 4",
    ),
    "bound-gap": Metric(
        variational.gap, ("true_divergence", "real_term", "fake_term", "lattice_log_p", "lattice_log_q", "cell"), "lower",
        "nat", "optimum − bound",
        "what the discriminator's bound falls short of the divergence",
    ),
    "nearest-l2": Metric(
        pixel.nearest_l2, ("few", "training"), "none", "pixels", "L2 to nearest training image",
        "mean pixel distance of samples to the nearest training image",
    ),
    "reconstruction-l2": Metric(
        pixel.reconstruction_l2, ("images", "reconstructions"), "lower", "pixels", "reconstruction L2",
        "mean pixel distance of test images to their reconstructions",
    ),
    "reconstruction-mse": Metric(
        pixel.reconstruction_mse, ("images", "reconstructions"), "lower", "", "reconstruction MSE",
        "mean squared error per pixel of test images' reconstructions",
    ),
    "ssim": Metric(
        similarity.ssim, ("image_grid", "reconstruction_grid"), "higher", "", "SSIM",
        "structural similarity of test images and reconstructions, 7 × 7 window (Wang et al. 2004)",
    ),
    "off-data-share": Metric(
        neighbours.off_data_share, ("excess",), "lower", "share", "off the data",
        "share of images farther from any training image, or classified with more doubt, than 99 % of held-out images",
        atol=SOME_IMAGES,
    ),
    "midpoint-off-data": Metric(
        neighbours.off_data_share, ("midpoint_excess",), "lower", "share", "midpoints off the data",
        "share of decoded midpoints of two codes that are off the data: farther, or more doubtful, than held-out images",
    ),
    "ends-off-data": Metric(
        neighbours.off_data_share, ("end_excess",), "lower", "share", "ends off the data",
        "the same of the codes themselves: reconstructions of training images",
    ),
    "blend-off-data": Metric(
        neighbours.off_data_share, ("blend_excess",), "lower", "share", "blends off the data",
        "the same of two training images blended pixel by pixel",
    ),
    "novelty": Metric(
        neighbours.novelty, ("supported_nearest", "held_out_nearest"), "reference", "share", "novelty",
        "probability that an image on the data's support is farther from its nearest training image than a held-out one: 0 for "
        "copies, ½ for data (Meehan et al. 2020)", atol=SOME_IMAGES,
    ),
    "relative-distance": Metric(
        neighbours.relative_distance, ("supported_nearest", "held_out_nearest"), "reference", "", "relative distance",
        "mean distance of images on the data's support to their nearest training image, over that of held-out ones",
    ),
    "many-neighbours": Metric(
        neighbours.novelty, ("supported_ratio", "held_out_ratio"), "reference", "share", "between many",
        "the same of the ratio of the nearest to the second distance: 0 where an image follows a single one", atol=SOME_IMAGES,
    ),
    "novelty-of-all": Metric(
        neighbours.novelty, ("all_nearest", "held_out_nearest"), "reference", "share", "novelty of all",
        "novelty without the condition that images be on the data's support: blur lowers it, garbage raises it",
    ),
    "retrieval-error": Metric(
        retrieval.retrieval_error, ("query_codes", "query_labels", "pool_codes", "pool_labels"), "lower", "share",
        "retrieval error",
        "share of another class among the ten training images with the nearest codes, mean over held-out queries",
    ),
    **{
        f"nearer-in-{space}": Metric(
            posterior.nearer_share, ("draw_distances", "neighbour_distances"), "none", "share", f"nearer in {space}",
            f"share of decoded posterior draws nearer to their image, in {space}, than its nearest training image is",
        )
        for space in ("pixels", "features")
    },
    **{
        f"spread-in-{space}": Metric(
            posterior.relative_spread, ("draw_spreads", "neighbour_distances"), "none", "", f"spread in {space}",
            f"distance of two decoded posterior draws in {space}, over the image's to its nearest training image",
        )
        for space in ("pixels", "features")
    },
    "unexplained-share": Metric(
        pixel.unexplained_share, ("images", "reconstructions"), "lower", "share", "variance missed",
        "squared error of decoded images as a share of the images' variance: 0 by heart, 1 for the mean image",
    ),
    "real-first": Metric(
        pairs.first_share, ("real_badness", "corrupted_badness"), "higher", "share", "real ranked first",
        "share of pairs in which a real image of the class is ranked before a corrupted copy that is nearer in pixels",
        atol=SOME_IMAGES,
    ),
    "pairs": Metric(
        pairs.count, ("made_pairs",), "none", "pairs", "pairs",
        "pairs that were made: of an image whose real neighbour is too near or too far for any corrupted copy there is none",
    ),
    "corrupted-auc": Metric(
        discrimination.auc, ("real_scores", "corrupted_scores"), "higher", "share", "AUC, corrupted",
        "probability that a held-out image scores above a corrupted one, ties counting half",
    ),
    "gradient-range": Metric(
        layers.gradient_range, ("layer_gradients",), "lower", "times", "range of layers' gradients",
        "largest over smallest gradient of a layer, in the worse of both networks, over the course of a training",
    ),
    "flops-to-target": Metric(
        effort.cost_to_target, ("snapshot_flops", "snapshot_distances", "target"), "lower", "FLOP", "FLOPs to the target",
        "floating-point operations of the training until samples first had the KID that was asked for, evenly between two looks",
    ),
    "flops-to-target-of-game": Metric(
        effort.cost_to_target, ("snapshot_game_flops", "snapshot_distances", "target"), "lower", "FLOP", "the game's FLOPs",
        "the same with an autoencoder, and its codes of the training set, taken as given",
    ),
    "broken-strokes": Metric(
        strokes.broken_share, ("strokes", "column_ink"), "lower", "share", "broken strokes",
        "share of made images whose stroke is off a straight line, or has a gap",
    ),
    "element-control": Metric(
        control.element_control, ("latents", "attributes"), "higher", "", "one element's control",
        "rank correlation of the latent element and the attribute that go best together, chosen on half of the draws",
    ),
    "linear-control": Metric(
        control.linear_control, ("latents", "attributes"), "higher", "", "a direction's control",
        "the same for the best direction in the latent space in place of an element",
    ),
    "path-length-ratio": Metric(
        interpolation.path_length_ratio, ("paths",), "none", "", "path length",
        "length of decoded paths between two latent vectors, relative to the distance of their ends",
    ),
    "largest-step-ratio": Metric(
        interpolation.largest_step_ratio, ("paths",), "none", "", "largest step",
        "largest of eight steps of a decoded path relative to the mean one: 1 for even change",
    ),
    "elbo": Metric(
        likelihood.elbo, ("log_weights",), "none", "nat", "ELBO",
        "evidence lower bound on held-out data, per example (Kingma and Welling 2014)",
    ),
    "iw-elbo": Metric(
        likelihood.importance_weighted_elbo, ("log_weights",), "none", "nat", "IW-ELBO (64)",
        "importance-weighted bound of 64 draws on held-out data (Burda et al. 2016)",
    ),
    "posterior-kl": Metric(
        likelihood.posterior_kl, ("posterior_mean", "posterior_log_variance"), "none", "nat", "KL(posterior‖prior)",
        "mean KL from posterior to prior: what a code says about its example",
    ),
    "active-units": Metric(
        likelihood.active_units, ("posterior_mean",), "none", "dimensions", "active units",
        "latent dimensions whose posterior mean varies over the data (Burda et al. 2016)",
    ),
    "posterior-collapsed": Metric(
        likelihood.posterior_collapsed, ("posterior_mean",), "none", "", "collapsed",
        "1 if no latent dimension is active: posterior collapse",
    ),
    "mean-ink": Metric(
        attributes.mean_ink, ("single_images",), "none", "", "ink", "mean pixel",
    ),
    "mean-slant": Metric(
        attributes.mean_slant, ("single_images",), "none", "pixels per row", "slant",
        "mean over images of −μ₁₁ / μ₀₂, central moments of the ink",
    ),
    "mean-width": Metric(
        attributes.mean_width, ("single_images",), "none", "pixels", "width",
        "mean over images of the width of the filled box with the ink's second moment",
    ),
    "mean-height": Metric(
        attributes.mean_height, ("single_images",), "none", "pixels", "height",
        "mean over images of the height of the filled box with the ink's second moment",
    ),
    "divergence-shortfall": Metric(
        f_divergence.shortfall, ("divergences",), "none", "", "D below 0",
        "how far the smallest f-divergence found lies below 0",
    ),
    "self-divergence": Metric(
        f_divergence.largest_magnitude, ("self_divergences",), "none", "", "D(P‖P)",
        "largest magnitude of an f-divergence of a distribution from itself",
    ),
    "smallest-apart": Metric(
        f_divergence.smallest, ("divergences_apart",), "none", "", "smallest D apart",
        "smallest f-divergence of distributions whose total variation is at least 0.1",
    ),
    "vanishing-functions": Metric(
        f_divergence.vanishing, ("smallest_by_function",), "none", "", "f with D = 0 apart",
        "how many convex f with f(1) = 0, of the table and two counterexamples, have D_f = 0 for unequal distributions",
    ),
    "linear-counterexample": Metric(
        f_divergence.largest_magnitude, ("linear_divergences",), "none", "", "D, f = 3(u − 1)",
        "largest magnitude of D_f for f = 3 (u − 1), convex with f(1) = 0, on different distributions",
    ),
    "flat-counterexample": Metric(
        f_divergence.largest_magnitude, ("flat_divergences",), "none", "", "D, f = max(|u − 1| − ½, 0)",
        "D_f of (0.7, 0.3) from (0.5, 0.5) for a convex f with f(1) = 0 that is flat about 1",
    ),
    "bound-excess": Metric(
        f_divergence.excess, ("bound_excess",), "none", "", "bound above D",
        "how far the variational bound of any random critic exceeds the divergence (Nguyen et al. 2010)",
    ),
    "tight-bound-gap": Metric(
        f_divergence.largest_magnitude, ("tight_bound_gaps",), "none", "", "bound at T*",
        "largest distance of the variational bound at T = f'(p/q) from the divergence",
    ),
    "likelihood-gap": Metric(
        maximum_likelihood.identity_gap, ("likelihoods", "divergences", "entropy"), "none", "nat", "E log q + H + KL",
        "expected log-likelihood plus entropy plus KL(data‖model), largest magnitude over models",
    ),
    "likelihood-argmax-distance": Metric(
        maximum_likelihood.argmax_distance, ("likelihoods", "divergences"), "none", "steps", "argmax − argmin",
        "lattice steps between the model of largest expected likelihood and that of smallest KL",
    ),
    "likelihood-estimate-error": Metric(
        maximum_likelihood.estimate_error, ("estimate", "best"), "lower", "", "estimate of μ",
        "distance of the maximum-likelihood μ of finitely many draws from the μ of smallest KL",
    ),
    "stated-optimum-error": Metric(
        printed_value.optimum_error, ("found", "p", "q"), "none", "", "D − p/(p + q)",
        "largest distance of the best D, found numerically, from p/(p + q) (Goodfellow et al. 2014)",
    ),
    "stated-value-error": Metric(
        printed_value.value_error, ("value", "jsd"), "none", "nat", "V − (2 JSD − log 4)",
        "distance of the game's value at the best D from 2 JSD − log 4 (Goodfellow et al. 2014)",
    ),
    "printed-interior-share": Metric(
        printed_value.interior_share, ("printed_curves",), "none", "share", "inner optima as printed",
        "share of points at which p log D + q (1 − log D) is largest within the interval of D, not at its end",
    ),
    "printed-growth": Metric(
        printed_value.growth, ("suprema", "smallest"), "none", "", "growth as printed",
        "growth of the printed value's supremum over D in [ε, 1] per nat of log 1/ε; 0 if it were bounded",
    ),
    "ks": Metric(
        kolmogorov.ks_statistic, ("uniforms",), "lower", "", "KS",
        "Kolmogorov–Smirnov distance of draws from the exact distribution function",
    ),
    "ks-p": Metric(
        kolmogorov.ks_p_value, ("uniforms", "effective"), "none", "", "KS p",
        "p-value of the KS distance for as many independent draws as the sample is worth",
    ),
    "inversion-error": Metric(
        sampling_methods.inversion_error, ("uniforms", "drawn"), "none", "", "CDF(CDF⁻¹(u)) − u",
        "largest error of the inverted distribution function",
    ),
    "acceptance-rate": Metric(
        sampling_methods.acceptance_rate, ("accepted", "proposed"), "none", "share", "accepted",
        "share of proposals that were accepted",
    ),
    "acceptance-gap": Metric(
        sampling_methods.acceptance_gap, ("accepted", "proposed", "log_envelope"), "none", "share", "accepted − 1/M",
        "share of proposals that rejection sampling accepted, less the envelope's 1/M",
    ),
    "effective-samples": Metric(
        mixing.effective_samples, ("chains",), "higher", "draws", "effective sample size",
        "independent draws that Markov chains are worth (Geyer 1992; Vehtari et al. 2021)",
    ),
    "r-hat": Metric(
        mixing.r_hat, ("chains",), "lower", "", "R̂",
        "disagreement of Markov chains, 1 for none (Gelman and Rubin 1992)", infinite=True,
    ),
    "map-rank-correlation": Metric(
        quantile_map.rank_correlation, ("generated",), "higher", "", "rank correlation with u",
        "magnitude of Spearman's correlation of a generator on the line with its latent's distribution function",
    ),
    "monotone-share": Metric(
        quantile_map.monotone_share, ("generated",), "higher", "share", "monotone steps",
        "share of steps in which a generator on the line goes in its prevailing direction",
    ),
    "quantile-error": Metric(
        quantile_map.quantile_error, ("generated", "quantiles"), "lower", "", "distance to CDF⁻¹",
        "mean distance of a generator on the line from the inverse distribution function, or its mirror image",
    ),
    "wasserstein-1": Metric(
        quantile_map.wasserstein, ("generated", "quantiles"), "lower", "", "W₁",
        "1-Wasserstein distance of a generator on the line: its distance to CDF⁻¹ with its order put right",
    ),
    "same-seed-difference": Metric(
        reproduction.largest_difference, ("weights", "weights_again"), "none", "", "same seed again",
        "largest difference of weights between two trainings with one seed: 0 if bit-equal",
    ),
    "other-seed-difference": Metric(
        reproduction.largest_difference, ("weights", "weights_of_other_seed"), "none", "", "another seed",
        "largest difference of weights between trainings with two seeds",
    ),
    "stack-difference": Metric(
        reproduction.largest_difference, ("weights", "weights_in_stack"), "none", "", "alone or beside another",
        "largest difference of weights between a seed trained alone and in a stack with another", atol=1e-5,
    ),
    "js-quadrature": Metric(
        quadrature.jensen_shannon, ("lattice_log_p", "lattice_log_q", "cell"), "none", "nat", "true 2 JSD",
        "twice the Jensen–Shannon divergence of two known densities, as in the f-GAN paper",
    ),
    "jeffrey-quadrature": Metric(
        quadrature.jeffrey, ("lattice_log_p", "lattice_log_q", "cell"), "none", "nat", "true Jeffrey",
        "Jeffrey's divergence of two known densities, KL both ways", infinite=True,
    ),
    "pearson-quadrature": Metric(
        quadrature.pearson, ("lattice_log_p", "lattice_log_q", "cell"), "none", "", "true Pearson χ²",
        "∫ (p − q)² / q of two known densities", infinite=True,
    ),
    "gaussian-mean": Metric(
        gaussian_fit.mean, ("fit",), "none", "", "μ", "mean of a Gaussian that is fitted or learnt",
    ),
    "gaussian-scale": Metric(
        gaussian_fit.scale, ("fit",), "none", "", "σ", "standard deviation of a Gaussian that is fitted or learnt",
    ),
    "local-minima": Metric(
        gaussian_fit.count_distinct, ("minima",), "none", "minima", "local minima",
        "different minima at which searches for the best Gaussian end",
    ),
    "trained-bound": Metric(
        quadrature.bound, ("lattice_log_p", "lattice_log_q", "real", "fake", "cell"), "none", "", "F",
        "the variational bound of a trained critic, by quadrature (Nowozin et al. 2016, eq. 4)",
    ),
    "bound-slack": Metric(
        gaussian_fit.slack, ("own_divergence", "trained_bound"), "none", "", "D − F",
        "what a trained critic's bound misses of the true divergence", infinite=True,
    ),
}  # fmt: skip


def base_name(metric: str) -> str:
    """A metric's name in ``METRICS``, without the extractor: ``fid[digits-cnn-1a2b3c4d]`` → ``fid``."""
    return metric.partition("[")[0]
