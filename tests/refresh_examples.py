"""Make anew what `examples/` holds of the library's own output: `python tests/refresh_examples.py [notebook | page]`.

The notebook with its outputs, as one run gives them, and the picture at the top of the README.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "examples" / "five_outlets.ipynb"
PAGE = ROOT / "examples" / "page.png"
PAGE_TEXT = ROOT / "seeds" / "text" / "beijing-frames-the-call.txt"


def run_notebook(source: Path, target: Path) -> None:
    """Execute a notebook from top to bottom, in a fresh kernel and its own folder; write it with its outputs."""
    import nbformat
    from nbclient import NotebookClient

    if sys.platform == "win32":
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    notebook = nbformat.read(source, as_version=4)
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", record_timing=False, coalesce_streams=True)
    client.execute(cwd=str(source.parent))
    version = notebook.metadata.language_info.pop("version")  # the outputs do not depend on it
    notebook.metadata.language_info = {"name": "python"}
    nbformat.write(notebook, target)
    print(f"{source.name}: {len(notebook.cells)} cells run on Python {version}, {target.stat().st_size:,} bytes")


def take_picture(target: Path) -> None:
    """The page of one dispatch in headless Chromium, with the note of a quotation open, as a PNG of 256 colours."""
    from PIL import Image
    from test_render_browser import Browser

    import quoteminer
    from quoteminer.render import render_page

    article = quoteminer.extract(PAGE_TEXT.read_bytes().decode("utf-8"))
    lin = article.quotes_by("Bonny Lin")
    shown = next(i for i, quote in enumerate(article.quotes, 1) if quote in lin and quote.mention)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(render_page([(PAGE_TEXT.name, article)]), encoding="utf-8")
        browser = Browser(Path(folder) / "profile")
        browser.open(page, width=1000, height=700)
        browser.point_at(f"#article1-q{shown}")
        browser.run("new Promise(resolve => setTimeout(resolve, 600))")
        picture = Image.open(io.BytesIO(browser.screenshot())).convert("RGB")
        browser.process.kill()
        browser.process.wait()
    picture.quantize(256, Image.Quantize.FASTOCTREE).save(target, optimize=True)
    print(f"{target.name}: {target.stat().st_size:,} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", nargs="?", choices=("all", "notebook", "page"), default="all")
    parser.add_argument("--notebook-to", type=Path, default=NOTEBOOK, metavar="FILE", help="default: in its place")
    options = parser.parse_args()
    if options.what != "page":
        run_notebook(NOTEBOOK, options.notebook_to)
    if options.what != "notebook":
        take_picture(PAGE)


if __name__ == "__main__":
    main()
