"""The two distributions that intervals here need: Fisher's F and Student's t, as quantiles.

Floating-point numbers only. The regularised incomplete beta function is a continued fraction (Abramowitz and Stegun
1964, 26.5.8, summed by Lentz's method); its inverse is found by Newton's method, halved where it would leave what is
known. A test holds both against an independent library.
"""

import math

_SMALLEST = 1e-300
_CLOSE = 1e-15
_STEPS = 1_000
_HALVINGS = 200


def f_quantile(probability: float, first: float, second: float) -> float:
    """Return the value that an F variable with these degrees of freedom stays below with `probability` (0..1).

    Raises ValueError for a probability outside 0..1 or degrees of freedom that are not positive.
    """
    if not 0 < probability < 1 or first <= 0 or second <= 0:
        raise ValueError(f"Expected 0 < p < 1 and positive degrees of freedom, got {probability}, {first}, {second}.")
    # x = d1 F / (d1 F + d2) lies between 0 and 1 and follows a beta distribution. Newton's step where it stays
    # inside what is known, half of it elsewhere.
    a, b = first / 2, second / 2
    constant = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    low, high, x = 0.0, 1.0, a / (a + b)
    for _ in range(_HALVINGS):
        over = incomplete_beta(a, b, x) - probability
        low, high = (low, x) if over > 0 else (x, high)
        if high - low <= _CLOSE * high or not 0 < x < 1:
            break
        slope = math.exp(min(700.0, constant + (a - 1) * math.log(x) + (b - 1) * math.log1p(-x)))
        step = x - over / slope if slope else low
        if abs(step - x) <= _CLOSE * x:
            break
        x = step if low < step < high else (low + high) / 2
    return second * x / (first * (1 - x)) if x < 1 else math.inf


def t_quantile(probability: float, freedom: float) -> float:
    """Return the value that a t variable stays below with `probability` (above one half): its square is an F."""
    if not 0.5 < probability < 1:
        raise ValueError(f"Expected a probability between 0.5 and 1, got {probability}.")
    return math.sqrt(f_quantile(2 * probability - 1, 1, freedom))


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), a fraction 0..1."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    return front * _continued(a, b, x) / a


def _continued(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _kept(1 - (a + b) * x / (a + 1))
    found = d
    for step in range(1, _STEPS):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        for part in (even, odd):
            d = 1 / _kept(1 + part * d)
            c = _kept(1 + part / c)
            found *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return found


def _kept(value: float) -> float:
    """Keep a denominator away from zero."""
    return value if abs(value) > _SMALLEST else _SMALLEST
