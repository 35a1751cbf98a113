"""What must be refused, each with its message."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from family import V_, Z1, Given, U, i, j, p, pair, u, v, w, z
from sympy import cos, exp

from derive.emitting.formula import Array, EmitError, Formula, IndexArgument, Scalar
from derive.emitting.lambdify import lambdify
from derive.emitting.module import Header, write_module
from derive.terms import Axis, Index, Tensor, sum_over


def one(arguments, indices, body):
    return Formula("f", arguments, {"x": Given(Tensor(indices, body))})


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (lambda: one((Z1,), (i,), cos(z[i])), "no NumPy for the node cos"),
        (lambda: one((Z1,), (i,), sympy.Piecewise((z[i], z[i] > 0), (0, True))), "no NumPy for the node Piecewise"),
        (lambda: one((Z1,), (i,), sympy.gamma(z[i])), "no NumPy for the node gamma"),
        (lambda: one((Z1,), (i,), sympy.I * z[i]), "not a real number|no NumPy for the node ImaginaryUnit"),
        (lambda: one((Z1,), (i,), z[i] * sympy.oo), "not a real number"),
        (lambda: one((Z1,), (i,), z[i] * i), "the index .* stands where a number is needed"),
        (lambda: one((Z1,), (i,), z[i] * p[i]), "p is not an array argument"),
        (lambda: one((Z1,), (i,), z[i, i]), "has 2 indices, but z has axes"),
        (lambda: one((Z1,), (i,), z[i + 1]), "cannot be used as an index"),
        (lambda: one((Z1,), (), z[j]), "cannot be used as an index"),
        (lambda: one((Z1,), (i,), z[i] * sympy.Symbol("alpha")), "alpha is neither a scalar argument nor the length"),
        (lambda: one((U, V_), (), sum_over(u[w, j] * v[w, j], w)), "cannot be used as an index"),
        (lambda: one((U, V_), (j,), sum_over(u[w, j] * v[w, j], w)), "the axes V and C meet in the index"),
        (
            lambda: one((Z1,), (), sum_over(z[k := Index("k", Axis("window", -SIZE, SIZE))], k)),
            "is not an axis that starts at 1",
        ),
    ],
)
def test_what_the_compiler_refuses(formula, message):
    with pytest.raises(EmitError, match=message):
        lambdify(formula())


SIZE = sympy.Symbol("n", integer=True, positive=True)


@pytest.mark.parametrize("name", ["a b", "1a", "import", "x;y", "__import__('os')", "", "np", "a\n"])
def test_names_are_plain(name):
    with pytest.raises(EmitError, match="must be a plain Python name"):
        Formula(name, (Z1,), {"x": Given(Tensor((i,), z[i]))})
    with pytest.raises(EmitError, match="must be a plain Python name"):
        Formula("f", (Z1,), {name: Given(Tensor((i,), z[i]))})
    with pytest.raises(EmitError, match="must be a plain Python name"):
        Scalar("x", name or "a b")
    with pytest.raises(EmitError, match="must be a plain Python name"):
        Array("z", (name,))
    with pytest.raises(EmitError, match="must be a plain Python name"):
        IndexArgument("o", name)


def test_only_proved_terms():
    with pytest.raises(EmitError, match="is not a proved term"):
        Formula("f", (Z1,), {"x": Tensor((i,), z[i])})
    with pytest.raises(EmitError, match="only a formula or a proved term"):
        lambdify("z[i]")


def test_no_outputs_and_two_parameters_of_one_name():
    with pytest.raises(EmitError, match="has no outputs"):
        Formula("f", (Z1,), {})
    with pytest.raises(EmitError, match="two parameters named z"):
        Formula("f", (Z1, Scalar("x", "z")), {"x": Given(Tensor((i,), z[i]))})


def test_an_output_named_like_a_parameter():
    with pytest.raises(EmitError, match="z is both a parameter and an output"):
        lambdify(Formula("f", (Z1,), {"z": Given(Tensor((i,), exp(z[i])))}))


def test_two_formulas_of_one_name():
    with pytest.raises(EmitError, match="two formulas are named pair"):
        write_module([pair, pair], Header("Title.", {}))


def test_a_header_cannot_smuggle_code():
    with pytest.raises(EmitError, match="cannot stand in the header"):
        write_module([pair], Header('"""; import os', {}))


class TestInput:
    def test_shapes_that_do_not_meet(self, compiled):
        with pytest.raises(ValueError, match=r"pair needs u \(V, d\), v \(C, d\); got \(5, 3\), \(7, 4\)"):
            compiled("pair")(np.ones((5, 3)), np.ones((7, 4)), 0, 0)
        with pytest.raises(ValueError, match=r"softmax needs z \(n,\); got \(2, 2\)"):
            compiled("softmax")(np.ones((2, 2)))

    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    @pytest.mark.parametrize("name", ["u", "v"])
    @pytest.mark.filterwarnings("ignore::RuntimeWarning")
    def test_not_a_number(self, bad, name, compiled):
        given = {"u": np.ones((5, 3)), "v": np.ones((4, 3))}
        given[name][1, 1] = bad
        with pytest.raises(ValueError, match=f"pair: {name} has an entry that is NaN or infinite"):
            compiled("pair")(given["u"], given["v"], 1, 0)

    def test_not_a_number_in_a_distribution(self, compiled):
        with pytest.raises(ValueError, match="entropy: p has an entry that is NaN or infinite"):
            compiled("entropy")(np.array([0.5, np.nan]))

    @pytest.mark.parametrize("bad", [-0.1, np.nan, np.inf, -np.inf])
    @pytest.mark.parametrize("partner", [0.0, 0.5, 1e-300])
    @pytest.mark.parametrize(
        ("name", "parameters"),
        [("entropy", "p"), ("cross_entropy", "pq"), ("kl_divergence", "pq"), ("jensen_shannon", "pq"), ("renyi", "p")],
    )
    @pytest.mark.filterwarnings("error")
    def test_no_entry_of_a_distribution_slips_through(self, bad, partner, name, parameters, compiled):
        """Where no look at the input is taken, every such entry shows in a number among the results."""
        for at in parameters:
            given = {each: np.array([0.25, 0.25, 0.5]) for each in parameters}
            for each in parameters:
                given[each][1] = bad if each == at else partner
            what = "a negative entry" if bad == -0.1 else "an entry that is NaN or infinite"
            with pytest.raises(ValueError, match=f"{name}: {at} has {what}"):
                compiled(name)(*given.values(), *([0.5] if name == "renyi" else []))

    @pytest.mark.parametrize("bad", [-0.1, np.nan, np.inf])
    @pytest.mark.parametrize("shape", [(), (3,), (2, 2)])
    @pytest.mark.filterwarnings("error")
    def test_information_of_what_is_no_probability(self, bad, shape, compiled):
        x = np.full(shape, 0.5)
        x.reshape(-1)[-1:] = bad
        what = "a negative entry" if bad == -0.1 else "an entry that is NaN or infinite"
        with pytest.raises(ValueError, match=f"information: x has {what}"):
            compiled("information")(x if shape else float(bad))

    def test_information_of_the_impossible_among_others(self, compiled):
        assert compiled("information")(np.array([0.0, 1.0]))[0].tolist() == [np.inf, 0]

    @pytest.mark.filterwarnings("ignore::RuntimeWarning")
    def test_what_the_proofs_need_to_add_up_to_one(self, compiled):
        z, y = np.arange(3.0), np.array([0.5, 0.25, 0.2])
        with pytest.raises(ValueError, match=r"cross_entropy_of_scores: y adds up to 0\.95, not to one"):
            compiled("cross_entropy_of_scores")(z, y)
        with pytest.raises(ValueError, match="cross_entropy_of_scores: y has a negative entry"):
            compiled("cross_entropy_of_scores")(z, np.array([1.5, -0.25, -0.25]))
        with pytest.raises(ValueError, match="cross_entropy_of_scores: z has an entry that is NaN or infinite"):
            compiled("cross_entropy_of_scores")(np.array([0, -np.inf, 0]), np.array([0.5, 0, 0.5]))
        compiled("cross_entropy_of_scores")(z, np.array([0.3, 0.3, 0.4], np.float32))

    def test_what_they_do_not_need_may_be(self, compiled):
        assert compiled("entropy")(np.array([0.5, 0.25]))[0] == pytest.approx(np.log(2))
        assert "the proofs do not use that it adds up to one" in compiled("entropy").__source__

    @pytest.mark.parametrize(("c", "o"), [(-1, 0), (4, 0), (0, 5), (0, -1)])
    def test_an_index_outside(self, c, o, compiled):
        with pytest.raises(IndexError, match="is not between 0 and"):
            compiled("pair")(np.ones((5, 3)), np.ones((4, 3)), c, o)

    def test_negative_indices_of_a_batch(self, compiled):
        with pytest.raises(IndexError, match="o has a negative entry"):
            compiled("batch")(np.ones((5, 3)), np.ones((4, 3)), [0, 1], [0, -1])

    def test_too_large_an_index_of_a_batch(self, compiled):
        """Places are counted through the whole array, where such an index would name an entry of the next row."""
        with pytest.raises(IndexError, match="5 is not between 0 and 4"):
            compiled("batch")(np.ones((5, 3)), np.ones((4, 3)), [0, 1], [5, 0])
        with pytest.raises(IndexError, match="4 is out of bounds"):
            compiled("batch")(np.ones((5, 3)), np.ones((4, 3)), [4, 1], [0, 0])

    def test_nothing_has_no_information(self, compiled):
        assert [part.shape for part in compiled("information")(np.empty((0, 2)))] == [(0, 2), (0, 2)]

    def test_what_is_no_number(self, compiled):
        with pytest.raises(ValueError, match="p must be real numbers, not"):
            compiled("entropy")(["a", "b"])
        with pytest.raises(ValueError, match="o must be integers, not float64"):
            compiled("batch")(np.ones((5, 3)), np.ones((4, 3)), [0, 1], [0.0, 1.0])


def test_the_table_is_closed():
    """Every operation that the lowering can make has a rule in the printer."""
    import ast
    import inspect

    from derive.emitting import lowering, numpy_code, onehot

    made = set()
    for module in (lowering, onehot):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "make":
                arguments = node.args[0]
                made |= {leaf.value for leaf in ast.walk(arguments) if isinstance(leaf, ast.Constant)}
    known = {*numpy_code.UFUNCS, *numpy_code.COMPOSED, "max", "multiply over"}
    assert made - {None} <= known
    assert "exp" in made
    assert "softplus" in made
