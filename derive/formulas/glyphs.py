"""Which character a command looks like: for MathML and for the terminal.

The table of the reader says which command a character means; here it is turned round, and completed by what the
reader knows under one name only.
"""

from __future__ import annotations

import unicodedata

from derive.reading import symbols

__all__ = ["combining", "glyph", "styled"]


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return {"\\" + name: sign for name, sign in zip(words[::2], words[1::2], strict=True)}


_GLYPHS: dict[str, str] = {}
for _sign, _command in symbols.UNICODE.items():
    if _command.startswith("\\") and unicodedata.category(_sign[0]) in ("Ll", "Lu", "Sm", "Po", "So", "Ps", "Pe", "Pd"):
        _GLYPHS.setdefault(_command, _sign)
_GLYPHS |= _pairs(r"""
cdot · times × top ⊤ intercal ⊤ le ≤ ge ≥ ne ≠ mid | Vert ‖ | ‖ to → ldots … dots … cdots ⋯ vdots ⋮ ddots ⋱ dotsc …
dotsb ⋯ dotsm ⋯ dotsi ⋯ dotso … hdots … iddots ⋰ udots ⋰ prime ′ backprime ‵ hbar ℏ hslash ℏ imath ı jmath ȷ Re ℜ Im ℑ
wp ℘ aleph ℵ beth ℶ eth ð complement ∁ mho ℧ triangle △ square □ Box □ Diamond ◇ diamond ⋄ heartsuit ♡ clubsuit ♣
blacksquare ■ lozenge ◊ emptyset ∅ varnothing ∅ digamma ϝ varepsilon ε epsilon ϵ varphi φ phi ϕ varpi ϖ varrho ϱ
varkappa ϰ upsilon υ Upsilon Υ varGamma Γ varDelta Δ varTheta Θ varLambda Λ varSigma Σ varPhi Φ varPsi Ψ varOmega Ω
nexists ∄ dagger † ddagger ‡ dag † ddag ‡ % % $ $ & & # # qed ∎ checkmark ✓ neg ¬ lnot ¬ angle ∠ degree ° S § P ¶
copyright © flat ♭ sharp ♯ natural ♮ surd √ bigstar ★ blacktriangleright ▶ triangleright ▷ triangleleft ◁
rightharpoonup ⇀ smile ⌣ frown ⌢ backslash \ setminus ∖ oplus ⊕ ominus ⊖ vee ∨ wedge ∧ lor ∨ land ∧ uplus ⊎ sqcup ⊔
sqcap ⊓ circ ∘ odot ⊙ otimes ⊗ div ÷ star ⋆ bullet • bigcirc ◯ amalg ⨿ rtimes ⋊ ltimes ⋉ boxtimes ⊠ boxdot ⊡ bmod mod
ni ∋ leftrightarrow ↔ Leftarrow ⇐ supset ⊃ supseteq ⊇ perp ⊥ models ⊨ vdash ⊢ prec ≺ succ ≻ preceq ⪯ succeq ⪰ asymp ≍
lessgtr ≶ lesssim ≲ gtrsim ≳ uparrow ↑ downarrow ↓ nearrow ↗ searrow ↘ llbracket ⟦ rrbracket ⟧ ulcorner ⌜ urcorner ⌝
langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ { { } } ast ∗ notin ∉
""")
_GLYPHS |= {":=": "≔", "=:": "≕", "-": "−", "*": "∗", "...": "…", "..": "…", "||": "‖", r"\ ": " ", "'": "′"}
_BIG = {
    "sum": "∑", "prod": "∏", "coprod": "∐", "int": "∫", "iint": "∬", "iiint": "∭", "oint": "∮", "bigcup": "⋃",
    "bigcap": "⋂", "bigoplus": "⨁", "bigotimes": "⨂", "bigvee": "⋁", "bigwedge": "⋀", "biguplus": "⨄",
    "bigsqcup": "⨆", "bigodot": "⨀", "E": "𝔼", "argmax": "arg max", "argmin": "arg min", "limsup": "lim sup",
    "liminf": "lim inf",
}  # fmt: skip
_GLYPHS |= {f"big:{kind}": sign for kind, sign in _BIG.items()}
_COMBINING = {
    "hat": "\u0302", "widehat": "\u0302", "check": "\u030c", "widecheck": "\u030c", "tilde": "\u0303",
    "widetilde": "\u0303", "acute": "\u0301", "grave": "\u0300", "dot": "\u0307", "ddot": "\u0308", "dddot": "\u20db",
    "breve": "\u0306", "bar": "\u0304", "overline": "\u0305", "vec": "\u20d7", "overrightarrow": "\u20d7",
    "mathring": "\u030a", "underline": "\u0332", "underbar": "\u0332", "utilde": "\u0330",
}  # fmt: skip

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_STARTS = {
    "mathbf": 0x1D400, "boldsymbol": 0x1D468, "bm": 0x1D468, "mathbfit": 0x1D468, "symbfit": 0x1D468, "symbf": 0x1D400,
    "mathcal": 0x1D49C, "mathscr": 0x1D49C, "mathfrak": 0x1D504, "mathbb": 0x1D538, "mathsf": 0x1D5A0,
    "mathtt": 0x1D670,
}  # fmt: skip
_HOLES = {
    "mathcal": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "mathfrak": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
    "mathbb": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
}
_HOLES["mathscr"] = _HOLES["mathcal"]


def glyph(command: str) -> str:
    """The character of a command; a name that has none is shown without its backslash."""
    if command in _GLYPHS:
        return _GLYPHS[command]
    if command.startswith(r"\not") and len(command) > 4:
        return glyph(command[4:]) + "\u0338"
    return command.removeprefix("\\")


def big(kind: str) -> str:
    """The sign of an operator with a range, or its name."""
    return _BIG.get(kind, kind)


def combining(decoration: str) -> str | None:
    """The combining character of an accent; None for alphabets."""
    return _COMBINING.get(decoration)


def styled(letter: str, alphabet: str) -> str:
    """A letter in a mathematical alphabet, where Unicode has it; else the letter itself."""
    if alphabet not in _STARTS or len(letter) != 1:
        return letter
    if letter.isdigit() and alphabet in ("mathbf", "boldsymbol", "mathbb"):
        return chr((0x1D7D8 if alphabet == "mathbb" else 0x1D7CE) + int(letter))
    if letter in _HOLES.get(alphabet, {}):
        return _HOLES[alphabet][letter]
    return chr(_STARTS[alphabet] + _LETTERS.index(letter)) if letter in _LETTERS else letter
