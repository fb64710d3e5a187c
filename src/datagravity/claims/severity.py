"""How often each verdict would come out if the claim were true, and if it were false. [extension]

A world is made of the parts that the test has, so that choices differ in it as they do in the data: one specification
is taken for the right one, and all estimates are moved alike until its centre lies at the value of the world. Then
origins are drawn anew with replacement, and every estimate errs by its standard error, those of one origin together. A
stated range and an exact value do not err.
What rests on no data stays as it is, and what a test cannot return is not returned.
"""

import math

import numpy as np
from scipy import stats

from datagravity import checks, fits
from datagravity.claims.rule import VERDICTS, position, word

#: Worlds a simulation, and its seed. Errors are stratified, so that a share of 5 % is found to within one.
WORLDS, SEED = 500, 2026
#: Estimates times worlds that are moved at once.
_AT_ONCE = 100_000
#: The scale on which estimates of a quantity move: name -> function of arrays. Proportions are drawn as counts.
SCALES = {
    "ratio": np.log,
    "difference": np.asarray,
    "correlation": lambda values: np.arctanh(np.clip(values, -0.9999, 0.9999)),
    "proportion": np.asarray,
}


class Estimates:
    """The parts of every specification of a claim as arrays, one row a part.

    Parameters
    ----------
    specifications : list of lists of Part, one a specification
    low, high : ends of the claim's region; None for an open end
    scale : one of SCALES

    Raises
    ------
    ValueError
        If the scale is unknown, or an estimate is not on it, such as a ratio of zero.
    """

    def __init__(self, specifications, low, high, scale):
        """Lay the parts out."""
        self.kind, self.scale = scale, SCALES[checks.choice("scale", scale, SCALES)]
        rows = [
            (index, part) for index, parts in enumerate(specifications) for part in parts if part.interval is not None
        ]
        parts = [part for _, part in rows]
        self.ends = low, high
        self.region = self._placed([-math.inf if low is None else low, math.inf if high is None else high])
        cells = np.array([[one.interval.low, one.interval.value, one.interval.high] for one in parts]).reshape(-1, 3)
        self.cells = self._placed(cells)
        if not np.isfinite(self.cells).all():
            first = parts[int(np.argmin(np.isfinite(self.cells).all(axis=1)))]
            raise ValueError(f"{first.name}: {first.interval}, expected numbers on the scale {scale!r}")
        limits = self._placed(np.array([[one.least, one.most] for one in parts]).reshape(-1, 2))
        self.moves = self._moves(limits)
        names = {name: place for place, name in enumerate(dict.fromkeys(one.origin for one in parts))}
        self.origin = np.array([names[one.origin] for one in parts], dtype=int)
        self.free = np.array([name is not None for name in names], dtype=bool)
        #: The standard error of each estimate on the scale, at whichever level its interval is; none where a range is
        #: stated, or a value exact.
        levels = np.array([one.interval.level or 0 for one in parts], dtype=float)
        halves = (self.cells[:, 2] - self.cells[:, 0]) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            # Few of many differ, and a quantile takes long.
            pairs = np.column_stack([levels, [one.interval.freedom or math.inf for one in parts]])
            kinds, kind = np.unique(pairs, axis=0, return_inverse=True)
            ends = stats.t.ppf((1 + kinds[:, 0]) / 2, kinds[:, 1])[kind.ravel()]
            self.error = np.where(levels > 0, halves / ends, 0.0)
        self.trials = np.array([one.trials or 0 for one in parts], dtype=int)
        self.positions = {
            count: np.array([position(fits.proportion_interval(hits, count), *self.ends) for hits in range(count + 1)])
            for count in set(self.trials.tolist()) - {0}
        }
        self.specification = np.array([index for index, _ in rows], dtype=int)
        table = np.zeros((len(specifications), len(names)))
        np.add.at(table, (self.specification, self.origin), 1)
        self.weight = 1 / table[self.specification, self.origin]
        #: The votes of every specification.
        self.total = total = np.bincount(self.specification, self.weight, len(specifications))
        self.known = total > 0
        #: Whether every specification has one part at most, so that no vote is divided.
        self.alike = bool((table.sum(axis=1) <= 1).all())
        centre = np.bincount(self.specification, self.weight * self.cells[:, 1], len(specifications))
        self.centre = np.divide(centre, total, out=np.full(len(total), np.nan), where=self.known)

    def _placed(self, values):
        """Values on the scale; infinite ends of regions stay infinite."""
        values = np.asarray(values, dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(np.isinf(values), values, self.scale(values))

    def _moves(self, limits):
        """How far each estimate may move: least and most that leave it inside; below and above which it is outside.

        A test returns nothing past its limits: an edge that lies there is never crossed, or always.
        """
        (low, _, high), (bottom, top) = self.cells.T, self.region
        (least, most), (below, above) = limits.T, (-math.inf, math.inf)

        def edge(end, cell, never, always):
            return np.where(never, below, np.where(always, above, end - cell))

        to_bottom = {"never": least >= bottom, "always": most < bottom}
        to_top = {"never": least > top, "always": most <= top}
        inside = edge(bottom, low, **to_bottom), edge(top, high, **to_top)
        return inside, (edge(bottom, high, **to_bottom), edge(top, low, **to_top))

    @property
    def rests_on_data(self):
        """Whether any part does."""
        return bool(self.free.any())

    def widths(self, value):
        """The share of estimates that err, and of those wider than the way from a value to the next edge."""
        low, middle, high = self.cells.T
        way = np.min(np.abs(self.region - self._placed(value)))
        errs = (self.error > 0) | (self.trials > 0)
        return float(np.mean(errs)), float(np.mean(np.maximum(high - middle, middle - low) > way))

    def shares(self, low, high):
        """The shares of votes inside and outside of a region, over all specifications; None for an open end."""
        bottom, top = self._placed([-math.inf if low is None else low, math.inf if high is None else high])
        (least, _, most), known = self.cells.T, self.known
        found = ((least >= bottom) & (most <= top)), ((most < bottom) | (least > top))
        votes = (np.bincount(self.specification, self.weight * won, len(known)) for won in found)
        return tuple(float(np.mean(won[known] / self.total[known])) for won in votes)

    def words(self, value, chosen=None, *, worlds=WORLDS, seed=SEED):
        """How often each verdict comes out in worlds where the quantity has a value.

        Parameters
        ----------
        value : of the quantity
        chosen : boolean array, the specifications that are open; all if None
        worlds, seed : of the simulation

        Returns
        -------
        dict: word -> share of worlds; empty where no chosen specification has a number
        """
        open_ = self.known if chosen is None else self.known & np.asarray(chosen, dtype=bool)
        if not open_.any():
            return {}
        generator = np.random.default_rng(seed)
        own = open_[self.specification]
        right = generator.permutation(np.flatnonzero(open_))
        moves = np.resize(float(self._placed(value)) - self.centre[right], worlds)
        origins = np.ones((worlds, len(self.free)))
        if self.free.sum() > 1:
            count = int(self.free.sum())
            origins[:, self.free] = generator.multinomial(count, np.full(count, 1 / count), worlds)
        strata = np.tile(stats.norm.ppf((np.arange(worlds) + 0.5) / worlds), (len(self.free), 1))
        errors = generator.permuted(strata, axis=1).T * self.free
        origin = self.origin[own]
        if self.trials[own].any():
            inside, outside = self._counted(own, errors, value)
            shares = [self._shares(won, own, origins) for won in (inside, outside)]
        else:
            (reach, leave), (fall, rise) = ([end[own] for end in ends] for ends in self.moves)
            shares = np.empty((2, worlds))
            # So few worlds at once that they stay near the processor.
            block = max(1, _AT_ONCE // len(origin))
            for some in (slice(start, start + block) for start in range(0, worlds, block)):
                deviations = errors[some] if len(self.free) == 1 else errors[some][:, origin]
                moved = moves[some, None] * self.free[origin] + deviations * self.error[own]
                inside, outside = (moved >= reach) & (moved <= leave), (moved < fall) | (moved > rise)
                shares[:, some] = [self._shares(won, own, origins[some]) for won in (inside, outside)]
        named, counts = np.unique(word(*shares), return_counts=True)
        return dict.fromkeys(VERDICTS[:4], 0.0) | dict(zip(named.tolist(), (counts / worlds).tolist(), strict=True))

    def _shares(self, won, own, origins):
        """The share of votes, over open specifications, of estimates where `won` is true: of shape (worlds,)."""
        if len(self.free) == 1:
            # One origin has every vote, so that there is nothing to draw.
            return won.mean(axis=1) if self.alike else np.average(won, axis=1, weights=self.weight[own])
        votes = origins[:, self.origin[own]] * self.weight[own]
        starts = np.flatnonzero(np.diff(self.specification[own], prepend=-1))
        total = np.add.reduceat(votes, starts, axis=1)
        # Where no origin of a specification was drawn, it has no vote in that world.
        present = total > 0
        found = np.divide(np.add.reduceat(votes * won, starts, axis=1), total, out=np.zeros_like(total), where=present)
        return found.sum(axis=1) / np.maximum(present.sum(axis=1), 1)

    def _counted(self, own, errors, value):
        """Proportions in worlds where the true one is `value`: a count is drawn, and has its exact interval."""
        pairs = np.stack([self.trials[own], self.origin[own]], axis=1)
        kinds, kind = np.unique(pairs, axis=0, return_inverse=True)
        found = []
        for count, origin in kinds.tolist():
            reached = stats.binom.cdf(np.arange(count), count, value)
            found.append(self.positions[count][np.searchsorted(reached, stats.norm.cdf(errors[:, origin]))])
        where = np.stack(found, axis=1)
        return (where == "inside")[:, kind.ravel()], (where == "outside")[:, kind.ravel()]
