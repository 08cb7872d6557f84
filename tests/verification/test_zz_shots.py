import pytest
from tests.factories.verification import open_house, STATES


def test_shots(site, open_page, database):
    house = open_house(site)
    made = {s: house.make(**k) for s, k in STATES.items()}
    site.serve()
    import os

    os.makedirs("/tmp/verif", exist_ok=True)
    which = os.environ.get("SHOTS", "valid-320-light-en").split(",")
    for w in which:
        state, width, scheme, lang = w.split("-")
        page = open_page(width=int(width), height=568 if width == "320" else 800, color_scheme=scheme)
        if state == "form":
            page.goto(f"{site.base_url}/verify?lang={lang}")
        elif state == "missing":
            page.goto(f"{site.base_url}/v/{'0' * 16}?lang={lang}")
        elif state == "code":
            page.goto(f"{made['valid'].code.replace('#', '?lang=' + lang + '#')}")
            page.wait_for_timeout(500)
        elif state == "other":
            page.goto(f"{site.base_url}/v/{made['valid'].public_id}?lang={lang}#{made['revoked'].digits}")
            page.wait_for_timeout(500)
        elif state == "fake":
            page.goto(f"{site.base_url}/v/{made['valid'].public_id}?lang={lang}#{made['valid'].digits[:-1]}")
            page.wait_for_timeout(500)
        else:
            page.goto(f"{site.base_url}/v/{made[state].public_id}?lang={lang}")
        page.screenshot(path=f"/tmp/verif/{w}-top.png")
        if os.environ.get("FULL"):
            for d in page.query_selector_all("details"):
                d.evaluate("e=>e.open=true")
            page.screenshot(path=f"/tmp/verif/{w}.png", full_page=True)
