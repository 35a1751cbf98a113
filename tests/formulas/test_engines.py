"""The files in a real browser and a real LaTeX engine; skipped, and said so, where these are not installed."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import pytest
from notes_for_tests import HOSTILE, RIGHT, WRONG

from derive.formulas.commands import formulas_command, report_command

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LATEX = shutil.which("pdflatex")


@pytest.mark.skipif(LATEX is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("text", [RIGHT, WRONG, HOSTILE, "日本語 → $x = x$ ∂"])
def test_latex_compiles(tmp_path: Path, text: str) -> None:
    note = tmp_path / "note.md"
    note.write_text(text, encoding="utf-8")
    (tmp_path / "out.tex").write_text(formulas_command([note], format="latex"), encoding="utf-8")
    command = [str(LATEX), "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "out.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120)
    log = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, log[-2000:]
    assert (tmp_path / "out.pdf").stat().st_size > 1000


def browser(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    command = [str(BROWSER), *flags, f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, timeout=120)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
def test_a_browser_shows_it(tmp_path: Path) -> None:
    note, page = tmp_path / "note.md", tmp_path / "out.html"
    note.write_text(WRONG, encoding="utf-8")
    page.write_text(report_command([note]), encoding="utf-8")
    picture = tmp_path / "out.png"
    browser(tmp_path, "--window-size=500,1200", f"--screenshot={picture}", page.as_uri())
    columns = inked(picture)
    assert columns > 200, "the picture is nearly empty"


@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
def test_a_term_of_the_code_lights_up_what_proves_it(tmp_path: Path) -> None:
    ask = "emit tests.gradient(u, v, c, o):\n    gradient = \\frac{\\partial}{\\partial v_c} \\log P(o|c)\n"
    note, page = tmp_path / "note.md", tmp_path / "out.html"
    note.write_text(f"{RIGHT}\n```derive\n{ask}```\n", encoding="utf-8")
    text = formulas_command([note], format="html", columns=True)
    look = "<script>document.querySelector('a[data-name=logits]').focus();</script>"
    page.write_text(text.replace("</body>", f"{look}</body>"), encoding="utf-8")
    done = browser(tmp_path, "--dump-dom", page.as_uri()).stdout.decode("utf-8")
    lit = re.findall(r'class="row[^"]* lit" id="n1-gradient-(\w+)"', done)
    assert lit == ["logits", "gradient"]


def inked(path: Path) -> int:
    """How many columns of a PNG hold more than one colour."""
    data = path.read_bytes()
    at, packed, width, depth = 8, b"", 0, 0
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, depth = struct.unpack(">I", body[:4])[0], {2: 3, 6: 4}[body[9]]
        packed += body if kind == b"IDAT" else b""
        at += length + 12
    raw = zlib.decompress(packed)
    stride = width * depth + 1
    rows = [raw[start + 1 : start + stride] for start in range(0, len(raw), stride)]
    filtered = [any(row[c * depth : c * depth + depth].strip(b"\x00") for row in rows[1:]) for c in range(width)]
    return sum(filtered)
