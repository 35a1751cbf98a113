"""The tables of the notation: which command is a relation, an operator, a word, an accent, a space.

A command that stands in no table is not known, and the reader says so.  Characters of Unicode mean the command they
look like.  Nothing here depends on a subject: what a name stands for is decided elsewhere.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _commands(text: str) -> frozenset[str]:
    return frozenset("\\" + word for word in text.split())


def _canonical(canonical: str, *others: str) -> dict[str, str]:
    return dict.fromkeys((canonical, *others), canonical)


RELATIONS: dict[str, str] = {
    **_canonical("=", "==", r"\eq"),
    **_canonical(":=", r"\coloneqq", r"\coloneq", r"\vcentcolon=", "::="),
    **_canonical("=:", r"\eqqcolon"),
    **_canonical(r"\equiv", r"\triangleq", r"\doteq", r"\eqdef"),
    **_canonical(r"\le", r"\leq", r"\leqslant", r"\leqq", "<="),
    **_canonical(r"\ge", r"\geq", r"\geqslant", r"\geqq", ">="),
    **_canonical("<", r"\lt"),
    **_canonical(">", r"\gt"),
    **_canonical(r"\ll"),
    **_canonical(r"\gg"),
    **_canonical(r"\ne", r"\neq", "!="),
    **_canonical(r"\approx", r"\simeq", r"\cong", r"\approxeq", r"\thickapprox"),
    **_canonical(r"\propto", r"\varpropto"),
    **_canonical(r"\in"),
    **_canonical(r"\notin"),
    **_canonical(r"\ni", r"\owns"),
    **_canonical(r"\sim", r"\thicksim"),
    **_canonical(r"\to", r"\rightarrow", r"\longrightarrow", "->", "-->", r"\rightsquigarrow"),
    **_canonical(r"\leftarrow", r"\gets", r"\longleftarrow"),
    **_canonical(r"\leftrightarrow", r"\longleftrightarrow", r"\rightleftharpoons"),
    **_canonical(r"\mapsto", r"\longmapsto"),
    **_canonical(r"\Rightarrow", r"\implies", r"\Longrightarrow", "=>"),
    **_canonical(r"\Leftarrow", r"\impliedby", r"\Longleftarrow"),
    **_canonical(r"\Leftrightarrow", r"\iff", r"\Longleftrightarrow", "<=>"),
    **_canonical(r"\subset"),
    **_canonical(r"\subseteq"),
    **_canonical(r"\supset"),
    **_canonical(r"\supseteq"),
    **_canonical(r"\perp", r"\bot"),
    **_canonical(r"\models"),
    **_canonical(r"\vdash"),
    **_canonical(r"\prec"),
    **_canonical(r"\succ"),
    **_canonical(r"\preceq"),
    **_canonical(r"\succeq"),
    **_canonical(r"\asymp"),
    **_canonical(r"\lessgtr"),
    **_canonical(r"\lesssim"),
    **_canonical(r"\gtrsim"),
    **_canonical(r"\uparrow"),
    **_canonical(r"\downarrow"),
    **_canonical(r"\nearrow"),
    **_canonical(r"\searrow"),
}
"""Every way to write a relation, and its canonical sign."""

NEGATED: dict[str, str] = {
    "=": r"\ne",
    r"\in": r"\notin",
    r"\equiv": r"\not\equiv",
    r"\le": r"\not\le",
    r"\ge": r"\not\ge",
    r"\subset": r"\not\subset",
    r"\perp": r"\not\perp",
    r"\propto": r"\not\propto",
    r"\approx": r"\not\approx",
    "<": r"\not<",
    ">": r"\not>",
    r"\Rightarrow": r"\not\Rightarrow",
}
"""What ``\\not`` makes of a canonical relation."""

# An arrow with text above it is the canonical arrow with an annotation.
LABELLED_ARROWS = {r"\xrightarrow": r"\to", r"\xleftarrow": r"\leftarrow", r"\xRightarrow": r"\Rightarrow"}
LABELLED_ARROWS |= {
    r"\xlongequal": "=",
    r"\xLeftrightarrow": r"\Leftrightarrow",
    r"\xleftrightarrow": r"\leftrightarrow",
}

SIGNS = _commands("pm mp cup cap setminus oplus ominus vee wedge lor land uplus sqcup sqcap") | {"+", "-"}
"""Operators between the terms of a sum."""

PREFIX_SIGNS = frozenset({"+", "-", r"\pm", r"\mp"})
"""Signs that may stand in front of a term with nothing before them."""

OPERATORS = _commands(
    "cdot times odot circ otimes div star bullet bigcirc amalg bmod rtimes ltimes boxtimes boxdot"
) | {
    "*",
    "/",
    "@",
}
"""Operators between the factors of a product."""

OPERATOR_SYNONYMS = {
    r"\slash": "/",
    r"\centerdot": r"\cdot",
    r"\cdotp": r"\cdot",
    r"\lor": r"\vee",
    r"\land": r"\wedge",
}
OPERATOR_SYNONYMS |= {r"\ast": "*", r"\diagup": "/", r"\smallsetminus": r"\setminus"}

GREEK = _commands(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa varkappa lambda mu nu xi "
    "omicron pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi "
    "Pi Sigma Upsilon Phi Psi Omega varGamma varDelta varTheta varLambda varSigma varPhi varPsi varOmega digamma"
)
NAMES = GREEK | _commands(
    "nabla partial ell hbar hslash infty emptyset varnothing aleph beth imath jmath Re Im wp top intercal eth "
    "complement mho triangle square Box Diamond diamond heartsuit clubsuit blacksquare lozenge #"
)
NAME_SYNONYMS = {r"\part": r"\partial", r"\Bbbk": "k", r"\omicron": "o", r"\empty": r"\emptyset", r"\infin": r"\infty"}
NAME_SYNONYMS |= {r"\thetasym": r"\vartheta", r"\alef": r"\aleph", r"\weierp": r"\wp", r"\bigtriangleup": r"\triangle"}
BLACKBOARD = {r"\R": "R", r"\N": "N", r"\Z": "Z", r"\C": "C", r"\Q": "Q", r"\Reals": "R", r"\reals": "R"}
BLACKBOARD |= {r"\natnums": "N", r"\Complex": "C", r"\cnums": "C"}

MARKS = _commands(
    "forall exists nexists dagger ddagger dag ddag prime backprime % $ & qed checkmark neg lnot "
    "angle degree S P copyright flat sharp natural surd bigstar blacktriangleright triangleright triangleleft "
    "rightharpoonup smile frown backslash"
) | {"!", "?"}
"""Signs that stand for themselves."""

FUNCTIONS = _commands(
    "log ln lg exp sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan det dim ker deg hom arg gcd "
    "Pr softmax sigmoid logsumexp diag tr Tr rank sign sgn KL Var Cov ReLU relu logit erf trace"
)
"""Commands that are words; ``\\softmax`` and the like are nobody's standard but mean one thing everywhere."""

BIG_OPERATORS: dict[str, str] = {
    **{
        "\\" + kind: kind
        for kind in ("sum", "prod", "int", "iint", "iiint", "oint", "coprod", "max", "min", "sup", "inf")
    },
    **{"\\" + kind: kind for kind in ("lim", "limsup", "liminf", "argmax", "argmin", "bigcup", "bigcap", "bigoplus")},
    **{"\\" + kind: kind for kind in ("bigotimes", "bigvee", "bigwedge", "biguplus", "bigsqcup", "bigodot")},
    r"\E": "E",
    r"\varlimsup": "limsup",
    r"\varliminf": "liminf",
    r"\intop": "int",
}
BIG_WORDS = _words("max min sup inf lim argmax argmin limsup liminf")
"""Words that take a range below, however they were written."""

BARE_WORDS = BIG_WORDS | _words(
    "log ln lg exp softmax Softmax sigmoid Sigmoid tanh sinh cosh sin cos tan logsumexp LogSumExp relu ReLU diag "
    "sign sgn"
)
"""Words that are recognised without a backslash when they are the whole run of letters."""
BARE_PREFIXES = ("log", "exp", "ln")
"""These also in front of one more letter or a capital: ``logP``, ``lnx``."""

ELLIPSES = _commands("cdots dots ldots vdots ddots dotsc dotsb dotsm dotsi dotso hdots iddots udots") | {"...", ".."}

ACCENTS = _commands(
    "hat widehat check tilde widetilde acute grave dot ddot dddot breve bar vec mathring overline underline "
    "overbrace underbrace overrightarrow overleftarrow overleftrightarrow underrightarrow boxed fbox cancel "
    "bcancel xcancel sout utilde overbracket underbracket underbar widecheck"
)
ALPHABETS = _commands(
    "mathbf mathrm mathbb mathcal mathscr mathfrak mathsf mathtt mathit mathnormal boldsymbol bm pmb bold Bbb "
    "symbf symbfit symup symrm mathbfit frak"
)
ALPHABET_SYNONYMS = {r"\Bbb": "mathbb", r"\frak": "mathfrak", r"\bold": "mathbf", r"\pmb": "boldsymbol"}
WORD_ALPHABETS = _commands("mathrm mathsf mathtt mathit mathnormal symup symrm")
"""In these alphabets several letters are one word."""
SWITCHES = {r"\rm": r"\mathrm", r"\bf": r"\mathbf", r"\it": r"\mathit", r"\cal": r"\mathcal", r"\sf": r"\mathsf"}
SWITCHES |= {r"\tt": r"\mathtt", r"\frak": r"\mathfrak", r"\scr": r"\mathscr", r"\Bbb": r"\mathbb", r"\sl": r"\mathit"}
SWITCHES |= {r"\boldmath": r"\boldsymbol", r"\bfseries": r"\mathbf", r"\rmfamily": r"\mathrm"}
TEXTS = _commands(
    "text textbf textit textrm textsf texttt textsc textup textnormal textmd textsl mbox hbox emph intertext "
    "shortintertext vbox textsuperscript textsubscript"
)
OPERATOR_NAMES = _commands("operatorname operatornamewithlimits")
STACKS = _commands("overset underset stackrel")
ENCLOSED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

OPENERS: dict[str, str] = {"(": "(", "[": "[", r"\{": r"\{", r"\lbrace": r"\{", r"\lbrack": "[", r"\lparen": "("}
OPENERS |= {r"\langle": r"\langle", r"\lfloor": r"\lfloor", r"\lceil": r"\lceil", r"\lvert": "|", r"\lVert": r"\|"}
OPENERS |= {r"\llbracket": r"\llbracket", r"\lgroup": "(", r"\ulcorner": r"\ulcorner"}
CLOSERS: dict[str, str] = {")": ")", "]": "]", r"\}": r"\}", r"\rbrace": r"\}", r"\rbrack": "]", r"\rparen": ")"}
CLOSERS |= {r"\rangle": r"\rangle", r"\rfloor": r"\rfloor", r"\rceil": r"\rceil", r"\rvert": "|", r"\rVert": r"\|"}
CLOSERS |= {r"\rrbracket": r"\rrbracket", r"\rgroup": ")", r"\urcorner": r"\urcorner"}
PARTNERS = {"(": ")", "[": "]", r"\{": r"\}", r"\langle": r"\rangle", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil"}
PARTNERS |= {"|": "|", r"\|": r"\|", r"\llbracket": r"\rrbracket", r"\ulcorner": r"\urcorner", "{": "}"}
BARS = {"|": "|", r"\vert": "|", r"\mvert": "|", r"\|": r"\|", r"\Vert": r"\|", r"\arrowvert": "|"}
SEPARATING_BARS = {r"\mid": "|", r"\parallel": "||", r"\shortmid": "|"}
SIZES = _commands("big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm biggm Biggm")
FENCES = {"<": r"\langle", ">": r"\rangle", "/": "/", r"\backslash": "\\backslash", r"\uparrow": r"\uparrow"}
"""What may follow ``\\left`` and ``\\right`` besides brackets and bars."""

THIN_SPACES = {r"\,", r"\:", r"\;", r"\!", r"\>", "\\ ", "~", r"\/", r"\enspace", r"\thinspace", r"\medspace"}
THIN_SPACES |= {
    r"\thickspace",
    r"\negthinspace",
    r"\space",
    r"\nobreakspace",
    r"\negmedspace",
    r"\nbsp",
    r"\negthickspace",
}
WIDE_SPACES = _commands("quad qquad hfill hfil")
LAYOUT = _commands(
    "displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits mathstrut strut nonumber notag "
    "allowbreak nobreak noindent small large Large footnotesize normalsize tiny Tiny scriptsize huge Huge LARGE "
    "centering hline par medskip smallskip bigskip relax null newpage pagebreak nolinebreak linebreak boldmath "
    "unboldmath item break protect displaylimits begingroup endgroup vfill toprule midrule bottomrule hfilneg"
)
LAYOUT_ARGUMENTS: dict[str, int] = {"\\" + name: 1 for name in ("hspace", "vspace", "phantom", "hphantom", "vphantom")}
LAYOUT_ARGUMENTS |= {"\\" + name: 1 for name in ("mspace", "color", "pagecolor", "cline", "index", "footnote", "cite")}
LAYOUT_ARGUMENTS |= {r"\rule": 2, r"\setcounter": 2, r"\addtocounter": 2, r"\cssId": 1}
LAYOUT_ARGUMENTS |= {r"\class": 1, r"\style": 1, r"\require": 1, r"\setlength": 2}
DIMENSIONED = _commands("hskip mkern kern mskip vskip")
TAGS = _commands("tag label eqno leqno ref eqref")
WRAPPERS: dict[str, int] = {
    "\\" + name: 0 for name in ("mathop", "mathrel", "mathbin", "mathord", "mathopen", "mathclose")
}
WRAPPERS |= {"\\" + name: 0 for name in ("mathpunct", "mathinner", "smash", "ensuremath", "mathclap", "mathllap")}
WRAPPERS |= {"\\" + name: 0 for name in ("mathrlap", "llap", "rlap", "clap", "vcenter")}
WRAPPERS |= {r"\textcolor": 1, r"\colorbox": 1, r"\raisebox": 1, r"\href": 1, r"\scalebox": 1, r"\resizebox": 2}
"""Commands whose last argument stands for the whole, and how many arguments (ignored) come before it."""

ROW_ENVIRONMENTS = _words(
    "equation equation* align align* aligned gather gather* gathered multline multline* eqnarray eqnarray* split "
    "alignat alignat* alignedat flalign flalign* displaymath math dmath dmath* subequations multlined "
    "IEEEeqnarray IEEEeqnarray*"
)
"""Environments that only break a formula into rows."""
TABLES = _words(
    "cases dcases rcases drcases matrix pmatrix bmatrix vmatrix Bmatrix Vmatrix smallmatrix array substack "
    "tabular matrix* pmatrix* bmatrix* vmatrix* numcases subarray cases* dcases*"
)
WITH_COLUMNS = _words("array tabular alignat alignat* alignedat subarray numcases IEEEeqnarray IEEEeqnarray*")
TRANSPARENT = _words("small center footnotesize large scriptsize normalsize flushleft adjustbox minipage")
"""Environments without meaning of their own."""

CONNECTIVES = _words(
    "and or if for where when otherwise else with since because so thus hence therefore then let is are as by "
    "such that subject to over all iff because given note using from of in on at the we have s.t. i.e. e.g. "
    "w.r.t. st wrt while unless except but also namely be both each every only recall here this suppose assume "
    "whenever provided assuming supposing once"
)
"""Words that speak to the reader rather than name something."""

PLAIN_CONNECTIVES = _words("if for where when whenever otherwise else and or since because with then")
"""Those that are recognised without a command when they are a whole run of letters with a space behind it."""


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


UNICODE: dict[str, str] = {
    sign: "\\" + name
    for sign, name in _pairs("""
α alpha β beta γ gamma δ delta ε varepsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi
π pi ρ rho σ sigma τ tau υ upsilon φ varphi χ chi ψ psi ω omega Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi
Σ Sigma Φ Phi Ψ Psi Ω Omega ∂ partial ∇ nabla ∞ infty ∑ sum ∏ prod ∫ int √ sqrt ∈ in ∉ notin ≤ le ≥ ge
≠ ne ≈ approx ≡ equiv ∝ propto ∼ sim → to ← leftarrow ⇒ Rightarrow ⇔ Leftrightarrow ↦ mapsto ⊂ subset
⊆ subseteq ∪ cup ∩ cap × times ÷ div ± pm ∓ mp ⊙ odot ⊗ otimes ⊕ oplus ∘ circ ⋅ cdot · cdot ∗ ast ∀ forall
∃ exists ∴ therefore ∵ because ⊤ top … ldots ⋯ cdots ℓ ell ∅ emptyset ‖ Vert ∣ mid ⟨ langle ⟩ rangle
⌊ lfloor ⌋ rfloor ⌈ lceil ⌉ rceil ≪ ll ≫ gg △ triangle ⟹ implies ⟺ iff ∧ wedge ∨ vee ϵ epsilon ϕ phi
≜ triangleq ≔ coloneqq ≦ le ≧ ge ↔ leftrightarrow ↑ uparrow ↓ downarrow ∙ cdot • cdot ⩽ le ⩾ ge □ square
∥ parallel 〈 langle 〉 rangle ℝ R ℕ N ℤ Z 𝔼 E ϑ vartheta ς varsigma
""").items()
}
"""What a character outside ASCII means, written in ASCII."""
UNICODE |= _pairs(
    r"""
′ ' − - ﹣ - – - ， , ； ; ： : （ ( ） ) ［ [ ］ ] ｛ \{ ｝ \} ！ ! ？ ? ＝ = ＋ + ＊ * ／ /
＜ < ＞ > ｜ | 。 . ． . 、 , ～ \sim
％ \% 【 [ 】 ] ∶ : ﹐ , ∕ / ⁄ /
"""
)
ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "nbsp": " ", "quot": '"', "le": r"\le", "ge": r"\ge", "ne": r"\ne"}
ENTITIES |= {"minus": "-", "times": r"\times", "middot": r"\cdot", "hellip": r"\ldots", "ndash": "-", "mdash": "-"}
ENTITIES |= {"#39": "'", "#x27": "'", "apos": "'", "#60": "<", "#62": ">", "#38": "&", "ensp": " ", "emsp": " "}
ENTITIES |= {"thinsp": " ", "sum": r"\sum", "prod": r"\prod", "part": r"\partial", "infin": r"\infty", "isin": r"\in"}
