"""Modified Angoff and borderline regression, held against published figures and independent libraries."""

import math
import statistics
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from assessment.domain.errors import Invalid
from assessment.domain.psychometrics.standard_setting import angoff, borderline_regression

# The NIST statistical reference data set "Norris" (linear regression, 36 observations of x and y), with the values
# that the institute certifies.
NORRIS = """0.2 0.1|337.4 338.8|118.2 118.1|884.6 888.0|10.1 9.2|226.5 228.1|666.3 668.5|996.3 998.5|448.6 449.1|
777.0 778.9|558.2 559.2|0.4 0.3|0.6 0.1|775.5 778.1|666.9 668.8|338.0 339.3|447.5 448.9|11.6 10.8|556.0 557.7|
228.1 228.3|995.8 998.0|887.6 888.8|120.2 119.6|0.3 0.3|0.3 0.6|556.8 557.6|339.1 339.3|887.2 888.0|999.0 998.5|
779.0 778.9|11.1 10.2|118.3 117.6|229.2 228.9|669.1 668.4|448.9 449.2|0.5 0.2"""


def scores_of(text: str) -> list[tuple[Fraction, Fraction]]:
    rows = (row.split() for row in text.replace("\n", "").split("|"))
    return [(Fraction(grade), Fraction(score)) for grade, score in rows]


def test_the_line_is_that_of_the_reference_data() -> None:
    """Certified: slope 1.00211681802045, intercept -0.262323073774029, R² 0.999993745883712, scatter 0.884796396144373;
    and at x = 0 the line's standard error is the intercept's, 0.232818234301152.
    """
    found = borderline_regression(scores_of(NORRIS), Fraction(0))
    assert found.candidates == 36
    assert math.isclose(found.slope, 1.00211681802045, rel_tol=1e-14)
    assert math.isclose(found.intercept, -0.262323073774029, rel_tol=1e-14)
    assert math.isclose(found.r_squared, 0.999993745883712, rel_tol=1e-14)
    assert math.isclose(found.scatter, 0.884796396144373, rel_tol=1e-14)
    assert math.isclose(found.standard_error, 0.232818234301152, rel_tol=1e-14)
    assert found.cut.value == found.intercept


def runs(*stretches: tuple[int, ...]) -> list[int]:
    """Scores as R writes them: (8, 10) is 8, 9, 10."""
    return [score for stretch in stretches for score in range(stretch[0], stretch[-1] + 1)]


# The published example of a borderline regression: a station of an OSCE with 70 students, marked with 25 points and
# five global grades, and a second one with 20 points and four grades; "borderline" is the grade 2. From the manual of
# `fnPlotBReg` by Martin Roberts (psychometrics team of the Peninsula medical school, University of Plymouth), in the R
# package psychometricsTNG2 0.1.0 (github.com/GergoIO/psychometricsTNG2, man/fnPlotBReg.Rd, commit 58c508c). The manual
# prints the data; the pass marks are what that function says of them under R 4.2.2, and the standard error and the
# interval are those of R's `predict(bRegLine, data.frame(nGrade = 2), se.fit = TRUE, interval = "confidence")`.
STATION = (
    [1] * 5 + [2] * 10 + [3] * 20 + [4] * 25 + [5] * 10,
    runs((5,), (8, 10), (10,), (10, 14), (11, 15), (12, 16), (13, 17), (13, 17), (14, 18))
    + runs((13, 17), (14, 18), (15, 19), (16, 20), (17, 21), (18, 22), (20, 23), (25,)),
)
FOUR_GRADES = (
    [1] * 5 + [2] * 20 + [3] * 32 + [4] * 13,
    runs((5,), (6,), (8, 10), (9, 13), (10, 14), (10, 14), (11, 15), (11, 15), (12, 16))
    + runs((12, 16), (13, 17), (13, 17), (14, 18), (14, 18), (15, 20), (18, 20), (20,)),
)
SAID_OF_STATION = {
    "pass mark": 11.91,
    "cut": 11.908713692946066,
    "slope": 2.8356846473029029,
    "intercept": 6.2373443983402597,
    "r squared": 0.73717186590542061,
    "scatter": 1.9049541669881715,
    "standard error": 0.35985308928166865,
    "low": 11.190638033405445,
    "high": 12.626789352486686,
}
SAID_OF_FOUR_GRADES = {
    "pass mark": 11.55,
    "cut": 11.546039169833396,
    "slope": 3.1467407190879824,
    "intercept": 5.2525577316574301,
    "r squared": 0.71098045631193629,
    "scatter": 1.7008608892262576,
    "standard error": 0.27433881666948973,
    "low": 10.998604584484202,
    "high": 12.09347375518259,
}


@pytest.mark.parametrize(
    ("station", "said"), [(STATION, SAID_OF_STATION), (FOUR_GRADES, SAID_OF_FOUR_GRADES)], ids=["five", "four grades"]
)
def test_the_cut_of_a_published_station_is_what_its_own_authors_function_says(
    station: tuple[list[int], list[int]], said: dict[str, float]
) -> None:
    scores = [(Fraction(grade), Fraction(score)) for grade, score in zip(*station, strict=True)]
    found = borderline_regression(scores, Fraction(2))
    assert found.candidates == 70
    assert round(float(found.cut.value), 2) == said["pass mark"]
    for name, value in (
        ("cut", found.cut.value),
        ("slope", found.slope),
        ("intercept", found.intercept),
        ("r squared", found.r_squared),
        ("scatter", found.scatter),
        ("standard error", found.standard_error),
    ):
        assert math.isclose(value, said[name], rel_tol=1e-12), name
    assert math.isclose(found.cut.low, said["low"], rel_tol=1e-9)
    assert math.isclose(found.cut.high, said["high"], rel_tol=1e-9)


# Grades of nine students on a midterm report and on the final examination: Walpole, Myers, Myers and Ye, "Probability &
# Statistics for Engineers & Scientists", exercises on simple linear regression; worked out with the sums of squares and
# the 95 % interval of the line at 85 on wizedu.com/questions/656176, whose printed digits stand below.
MIDTERM = "77 82|50 66|71 78|72 34|81 47|94 85|96 99|99 99|67 68"


def test_the_line_and_its_interval_at_a_point_are_those_of_a_printed_solution() -> None:
    found = borderline_regression(scores_of(MIDTERM), Fraction(85))
    assert round(float(found.slope), 9) == 0.777141599
    assert round(float(found.intercept), 8) == 12.06232107
    assert round(float(found.cut.value), 4) == 78.1194
    assert round(found.scatter, 4) == 19.4715
    # the solution rounded t to 2.3646 on its way to 61.411 and 94.828
    assert found.cut.low == pytest.approx(61.411, abs=2e-3)
    assert found.cut.high == pytest.approx(94.828, abs=2e-3)


# A panel of five judges, its ratings of ten of the 150 questions of an examination, each question's mean and standard
# deviation as printed, and each judge's passing score: "Angoff Panel - Scoring the Exams", Canadian Human Resources
# Professionals (chrp.ca, page 14759; hria.ca/examinations/scoring), which says that the figures are invented. The
# passing scores are those of 150 questions of which each of the ten stands for fifteen.
PANEL = """.75 .75 .80 .65 .70 0.73 .057|.65 .70 .75 .65 .80 0.71 .065|.70 .65 .60 .65 .65 0.65 .035|
.65 .75 .65 .70 .60 0.67 .057|.55 .50 .45 .65 .55 0.54 .074|.80 .80 .80 .70 .60 0.74 .089|.80 .75 .70 .55 .65 0.69 .096|
.55 .60 .65 .65 .45 0.58 .084|.65 .65 .70 .75 .65 0.68 .045|.65 .70 .65 .65 .55 0.64 .055"""
PASSING_SCORES = ("101.25", "102.75", "101.25", "99", "93")

# Three instructors and thirteen items of a real examination, with what Stata printed of them: the mean and standard
# deviation of each item over the judges, and the mean of each judge. From the log of "Improving Inferences from
# Classroom Assessments Using Person- and Item-Based Standard Setting Methods" (github.com/wbuchanan/jemArticle,
# logs/JEMlogs.txt, commit 922f5be).
INSTRUCTORS = (
    ".7 .45 .6 .4 .4 .35 .35 .35 .3 .3 .3 .25 .25",
    ".8 .5 .5 .3 .4 .8 .6 .3 .5 .3 .5 .6 .3",
    ".9 .8 .7 .7 .8 .8 .7 .7 .7 .7 .7 .6 .8",
)
SAID_OF_INSTRUCTORS = (0.3846153846, 0.4923076923, 0.7384615385)
SAID_OF_ITEMS = """.8 .1|.58333333 .18929694|.6 .1|.46666667 .2081666|.53333333 .23094011|.65 .25980762|.55 .18027756|
.45 .21794495|.5 .2|.43333333 .23094011|.5 .2|.48333333 .20207259|.45 .30413813"""


def test_a_published_panel_of_five_judges_is_reproduced() -> None:
    rows = [row.split() for row in PANEL.replace("\n", "").split("|")]
    ratings = {f"judge {judge}": {str(n): Fraction(row[judge]) for n, row in enumerate(rows)} for judge in range(5)}
    found = angoff(ratings, {str(n): Fraction(15) for n in range(10)})
    for n, row in enumerate(rows):
        assert found.items[str(n)].mean == Fraction(row[5])
        assert round(found.items[str(n)].deviation, 3) == float(row[6])
    assert [150 * cut for cut in found.judges.values()] == [Fraction(each) for each in PASSING_SCORES]
    assert 150 * found.cut.mean == pytest.approx(99.4, abs=0.05)  # 99.45; its second digit is not printed


def test_what_stata_printed_of_a_published_study_is_reproduced() -> None:
    ratings = {
        f"instructor {number}": {str(item): Fraction(each) for item, each in enumerate(row.split())}
        for number, row in enumerate(INSTRUCTORS)
    }
    found = angoff(ratings, {str(item): Fraction(1) for item in range(13)})
    assert [round(float(cut), 10) for cut in found.judges.values()] == list(SAID_OF_INSTRUCTORS)
    for item, (mean, deviation) in enumerate(scores_of(SAID_OF_ITEMS)):
        assert float(found.items[str(item)].mean) == pytest.approx(float(mean), abs=5e-9)
        assert found.items[str(item)].deviation == pytest.approx(float(deviation), abs=5e-9)


grades = st.integers(0, 4).map(Fraction)
points = st.lists(st.tuples(grades, st.integers(0, 40).map(Fraction)), min_size=3, max_size=40)


@settings(max_examples=40)
@given(points, grades)
def test_a_cut_is_what_numpy_and_scipy_say(scores: list[tuple[Fraction, Fraction]], borderline: Fraction) -> None:
    x, y = [float(grade) for grade, _ in scores], [float(score) for _, score in scores]
    assume(len(set(x)) > 1 and len(set(y)) > 1)
    found = borderline_regression(scores, borderline)
    line = stats.linregress(x, y)
    assert math.isclose(found.slope, line.slope, abs_tol=1e-9)
    assert math.isclose(found.r_squared, line.rvalue**2, abs_tol=1e-9)
    design = np.column_stack([np.ones(len(x)), x])
    solved = np.linalg.lstsq(design, np.array(y), rcond=None)[0]
    at = np.array([1.0, float(borderline)])
    assert math.isclose(found.cut.value, at @ solved, abs_tol=1e-9)
    left = np.array(y) - design @ solved
    error = math.sqrt(left @ left / (len(x) - 2) * (at @ np.linalg.inv(design.T @ design) @ at))
    assert math.isclose(found.standard_error, error, abs_tol=1e-6)
    margin = float(stats.t.ppf(0.975, len(x) - 2)) * error
    assert math.isclose(found.cut.high - float(found.cut.value), margin, abs_tol=1e-5)


@pytest.mark.parametrize(
    "scores", [[], [(1, 1), (2, 2)], [(1, 1), (1, 2), (1, 3)], [(1, 4), (2, 4), (3, 4)]], ids=["none", "two", "x", "y"]
)
def test_where_there_is_no_line_it_says_so(scores: list[tuple[int, int]]) -> None:
    with pytest.raises(Invalid):
        borderline_regression([(Fraction(x), Fraction(y)) for x, y in scores], Fraction(1))


# The published example of a modified Angoff: five judges estimate six items in three rounds, in per cent. "Evaluasi
# Pembelajaran", digital collection of the library of Universitas Muhammadiyah Palangkaraya (lib.umpr.ac.id), Table 6.15
# on page 186: estimates, their sum and mean of each item and round, the cut of each round, and the mean of the rounds.
TABLE_6_15 = """
45 50 60 45 55 255 51.00|45 52 62 46 56 261 52.20|44 50 61 47 55 257 51.40
70 75 70 75 70 360 72.00|75 70 69 74 68 356 71.20|74 72 70 74 70 360 72.00
80 82 85 82 85 414 82.80|85 80 80 84 83 412 82.40|80 82 82 85 85 414 82.80
50 52 55 60 57 274 54.80|52 55 56 62 60 285 57.00|55 56 58 60 58 287 57.40
100 90 95 97 100 482 96.40|97 89 97 98 99 480 96.00|95 97 95 96 98 481 96.20
40 45 46 44 45 220 44.00|45 44 45 45 40 219 43.80|45 45 45 46 43 224 44.80
"""
CUTS_OF_ROUNDS = (66.83, 67.10, 67.43)
CUT_OF_ALL_ROUNDS = 67.12


def test_three_rounds_of_a_published_panel() -> None:
    table = [[cell.split() for cell in line.split("|")] for line in TABLE_6_15.strip().splitlines()]
    items = [str(number) for number in range(1, len(table) + 1)]
    cuts = []
    for number, printed in enumerate(CUTS_OF_ROUNDS):
        columns = [line[number] for line in table]
        ratings = {
            f"judge {judge + 1}": {
                item: Fraction(int(cells[judge]), 100) for item, cells in zip(items, columns, strict=True)
            }
            for judge in range(5)
        }
        found = angoff(ratings, dict.fromkeys(items, Fraction(1)))
        for item, (*estimates, total, mean) in zip(items, columns, strict=True):
            spread = found.items[item]
            assert (spread.mean * 500, spread.mean * 100) == (int(total), Fraction(mean))
            assert (spread.lowest * 100, spread.highest * 100) == (min(map(int, estimates)), max(map(int, estimates)))
        assert round(float(found.cut.mean * 100), 2) == printed
        # The table stops at the cut: the judges' spread and the standard error are held against scipy on its figures.
        own = [float(np.mean([int(cells[judge]) for cells in columns])) for judge in range(5)]
        assert [float(cut) * 100 for cut in found.judges.values()] == pytest.approx(own)
        assert found.cut.deviation * 100 == pytest.approx(stats.tstd(own))
        assert found.standard_error * 100 == pytest.approx(stats.sem(own))
        cuts.append(found.cut.mean)
    assert round(float(sum(cuts) / 3 * 100), 2) == CUT_OF_ALL_ROUNDS


# Three judges on four items worth 1, 1, 1 and 2 marks: figures of our own, by the published formula (a judge's cut is
# the sum of the estimates, the panel's their mean, its standard error the deviation by the root of the number of
# judges), which can be followed with a pencil.
RATINGS = {"A": (60, 70, 80, 50), "B": (50, 70, 60, 40), "C": (70, 70, 100, 60)}
WORTH = {"i1": Fraction(1), "i2": Fraction(1), "i3": Fraction(1), "i4": Fraction(2)}


def rated() -> dict[str, dict[str, Fraction]]:
    return {
        judge: {item: Fraction(of, 100) for item, of in zip(WORTH, given, strict=True)}
        for judge, given in RATINGS.items()
    }


def test_a_panel_of_three_by_hand() -> None:
    found = angoff(rated(), WORTH)
    # 0.6 + 0.7 + 0.8 + 2 · 0.5 = 3.1 of 5; 2.6 of 5; 3.6 of 5.
    assert found.judges == {"A": Fraction(62, 100), "B": Fraction(52, 100), "C": Fraction(72, 100)}
    assert found.cut.mean == Fraction(62, 100)
    assert (found.cut.lowest, found.cut.highest) == (Fraction(52, 100), Fraction(72, 100))
    assert math.isclose(found.cut.deviation, 0.1)
    assert math.isclose(found.standard_error, 0.1 / math.sqrt(3))
    assert (found.items["i3"].mean, found.items["i3"].lowest) == (Fraction(80, 100), Fraction(60, 100))
    assert found.items["i2"].deviation == 0


percents = st.integers(0, 100).map(lambda each: Fraction(each, 100))


@given(
    st.integers(3, 8).flatmap(lambda n: st.lists(st.lists(percents, min_size=n, max_size=n), min_size=3, max_size=9))
)
def test_a_panel_of_any_size_is_what_python_and_numpy_say(table: list[list[Fraction]]) -> None:
    worth = {str(place): Fraction(1) for place in range(len(table[0]))}
    found = angoff({str(judge): dict(zip(worth, row, strict=True)) for judge, row in enumerate(table)}, worth)
    cuts = np.array([[float(each) for each in row] for row in table]).mean(axis=1)
    assert math.isclose(found.cut.mean, cuts.mean(), abs_tol=1e-12)
    assert math.isclose(found.cut.deviation, statistics.stdev(cuts), abs_tol=1e-9)
    assert math.isclose(found.standard_error, stats.sem(cuts), abs_tol=1e-9)


def test_a_panel_that_is_not_whole_is_refused() -> None:
    ratings = rated()
    for wrong in (
        {judge: ratings[judge] for judge in ("A", "B")},
        ratings | {"C": {"i1": Fraction(1, 2)}},
        ratings | {"C": ratings["C"] | {"i1": Fraction(101, 100)}},
    ):
        with pytest.raises(Invalid):
            angoff(wrong, WORTH)
