"""What a claim is, as typed data: what is compared, how it is judged, and by which margin.

It stands apart from ``benchmarks.specs``, which keys of stored blocks depend on: a claim never changes what is trained.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from benchmarks.specs import Spec

ClaimKind = Literal[
    "superiority", "ordering", "optimum", "equivalence", "bound", "proportion", "association", "variance", "exact",
    "descriptive",
]  # fmt: skip
"""How a claim is judged; ``benchmarks.analysis.verdicts`` says what each kind tests and what groups it needs."""
Direction = Literal["higher", "lower"]
Scale = Literal["difference", "ratio"]
Quantifier = Literal["every", "typical", "some"]
"""In how many of its decisive settings a claim must hold: in all, in more than half, in at least one.

The statement's wording says which: one of tendency ("are not prone to") has ``typical``, one of possibility ("may help", "can be
trained") ``some``, every other, and any with "any", ``every``.
"""
Family = Literal["primary", "secondary"]


class Event(Spec):
    """What counts as an event of a run: its value lies below, or above, a threshold (not at it)."""

    side: Literal["below", "above"]
    threshold: Annotated[float, Field(allow_inf_nan=False)]


class Evidence(Spec):
    """Where one group of values comes from: an arm, or data alone, a measure and its metric; one value for each seed.

    Attributes:
        measure: name of the measure.
        metric: name of the metric; with what it looks at in brackets only where the measure gives it of pixels too.
        model: name of the model; None for a measure of data alone.
        settings: settings of the model on top of the tuned ones.
        options: options of the measure.
        samples: the measure takes n samples, as many as the recipe says.
        network: fields of the recipe's network that are replaced.
        training: fields of the recipe's training that are replaced, other than the number of updates.
        budget: updates, in those of the recipe.
        against: a second metric of the same measure, for associations.
        event: turns values into 0 and 1, for proportions.
    """

    measure: str
    metric: str
    model: str | None = None
    settings: dict[str, Any] = Field(default_factory=dict)
    options: dict[str, Any] = Field(default_factory=dict)
    samples: bool = False
    network: dict[str, Any] = Field(default_factory=dict)
    training: dict[str, Any] = Field(default_factory=dict)
    budget: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)] = 1.0
    against: str | None = None
    event: Event | None = None


class Margin(Spec):
    """How large an effect must be to count.

    Attributes:
        value: δ: a difference in the metric's unit; for the scale ``ratio`` a factor above 1; for bounds and proportions the
            bound itself, on either scale; for exact claims the tolerance.
        unit: unit of δ, in words for tables.
        reason: why this much.
        refuted_beyond: for bounds and proportions: the bound beyond which the claim is refuted, where it is not ``value``.
        limit: the best value that the quantity can have, where it has one, such as 1 for a correlation.
    """

    value: Annotated[float, Field(allow_inf_nan=False)]
    unit: str
    reason: str
    refuted_beyond: Annotated[float, Field(allow_inf_nan=False)] | None = None
    limit: Annotated[float, Field(allow_inf_nan=False)] | None = None


class Setting(Spec):
    """One setting in which a claim is tried.

    Attributes:
        label: its name in tables and figures.
        dataset: the data set.
        groups: the groups that are compared, by name, in the order that the claim's kind wants.
        decisive: it counts for the verdict, or, of a control, the verdict is not to be read without it. The others stand beside;
            only the profile ``full`` has them.
        direction: in the claim's place.
        margin: in the claim's place.
        quantity: what is measured, in words, where it is not the claim's own quantity.
        scale: in the claim's place.
        floor: for ratios: smaller values count as this much, since the estimator does not tell them apart, or nothing rests on
            their difference.
        elsewhere: further data sets that it can be tried on: as it stands (None), with a margin of that data set, or as the setting
            that it is there.
    """

    label: str
    dataset: str
    groups: Annotated[dict[str, Evidence], Field(min_length=1)]
    decisive: bool = True
    direction: Direction | None = None
    margin: Margin | None = None
    quantity: str | None = None
    scale: Scale | None = None
    floor: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    elsewhere: dict[str, Margin | Setting | None] = Field(default_factory=dict)

    def on(self, dataset: str) -> Setting:
        """The setting on its own or on another of its data sets, under that one's name."""
        if dataset == self.dataset:
            return self
        there = self.elsewhere[dataset]
        if isinstance(there, Setting):
            return there
        if not self.label.startswith(self.dataset):
            raise ValueError(
                f"setting {self.label!r} on {self.dataset} must bear the data set's name to be tried elsewhere"
            )
        label = dataset + self.label.removeprefix(self.dataset)
        margin = there or self.margin
        return self.model_copy(update={"label": label, "dataset": dataset, "margin": margin, "elsewhere": {}})


class Claim(Spec):
    """A claim of a source document, with all that is fixed before it is judged.

    Attributes:
        id: its name.
        statement: the claim, no stronger than its source.
        document: the source document, by the first three digits of its file name.
        passage: section or line.
        kind: how it is judged.
        quantity: what is measured, in words.
        contrast: what is compared with what, in words.
        direction: which values of the quantity support the claim.
        scale: whether means, or geometric means, are compared with each other or with a bound: positive quantities that are
            skewed to the right by their ratio, on the logarithmic scale.
        margin: how much counts; None for descriptive claims only.
        quantifier: in how many decisive settings it must hold.
        family: primary (Holm) or secondary (Benjamini–Hochberg); None for exact and descriptive claims.
        settings: in which it is tried; at most three are decisive.
        controls: shown beside the claim and never judged: what a reader must see to believe it.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    statement: str
    document: Annotated[str, Field(pattern=r"^\d{3}(, \d{3})*$")]
    passage: str
    kind: ClaimKind
    quantity: str
    contrast: str
    direction: Direction
    scale: Scale = "difference"
    margin: Margin | None = None
    quantifier: Quantifier = "every"
    family: Family | None = None
    settings: Annotated[tuple[Setting, ...], Field(min_length=1)]
    controls: tuple[Setting, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        decisive = [setting for setting in self.settings if setting.decisive]
        if not 1 <= len(decisive) <= 3:
            raise ValueError(f"{self.id}: {len(decisive)} decisive settings; a claim has one to three")
        tried = self.settings + self.controls
        if len({setting.label for setting in tried}) < len(tried):
            raise ValueError(f"{self.id}: two settings share a label")
        for name in {name for setting in tried for name in setting.elsewhere}:
            there = [(setting.on(name), setting in self.settings) for setting in tried if name in setting.elsewhere]
            if not any(setting.decisive and judged for setting, judged in there):
                raise ValueError(f"{self.id}: on {name} no setting would be decisive")
            if any(setting.dataset != name or setting.elsewhere for setting, _ in there):
                raise ValueError(f"{self.id}: what stands for {name} must be a setting on it alone")
            if len({setting.label for setting, _ in there}) < len(there):
                raise ValueError(f"{self.id}: on {name} two settings would share a label")
        tested = self.kind not in ("exact", "descriptive")
        if tested != (self.family is not None):
            raise ValueError(f"{self.id}: a tested claim has a family, an exact or descriptive one has none")
        if (self.kind != "descriptive") != all(self.margin_in(setting) is not None for setting in self.settings):
            raise ValueError(f"{self.id}: a margin is needed in every setting, and by descriptive claims in none")
        return self

    def tried_on(self, datasets: Sequence[str]) -> Claim:
        """The claim as it is judged on these data sets.

        With any of its own among them it has its own settings, and beside them those that can be tried on the others; with none
        of its own, it has these alone, and they decide.
        """
        own = any(setting.dataset in datasets for setting in self.settings)

        def tried(settings: tuple[Setting, ...]) -> tuple[Setting, ...]:
            moved = tuple(setting.on(name) for setting in settings for name in setting.elsewhere if name in datasets)
            if not own:
                return moved
            return settings + tuple(setting.model_copy(update={"decisive": False}) for setting in moved)

        return self.model_copy(update={"settings": tried(self.settings), "controls": tried(self.controls)})

    def margin_in(self, setting: Setting) -> Margin | None:
        """The margin in a setting."""
        return setting.margin or self.margin

    def quantity_in(self, setting: Setting) -> str:
        """What is measured in a setting."""
        return setting.quantity or self.quantity

    def direction_in(self, setting: Setting) -> Direction:
        """The direction in a setting."""
        return setting.direction or self.direction

    def scale_in(self, setting: Setting) -> Scale:
        """The scale in a setting."""
        return setting.scale or self.scale
