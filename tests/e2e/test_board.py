"""The whiteboard: what one draws, the others see while it is drawn; and it stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import PLUG, SERVER_DOWN, Site, Visitor, Watch, keep, plug, running_site, unplug

pytestmark = pytest.mark.browser

Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running_site("uvicorn") as site:
        yield site


# How many pixels of a canvas are painted in a rectangle, whose sides are given in parts of the whole.
PAINTED = """(canvas, [left, top, right, bottom]) => {
  const {width, height} = canvas;
  const x = Math.round(left * width), y = Math.round(top * height);
  const {data} = canvas.getContext("2d")
    .getImageData(x, y, Math.round(right * width) - x, Math.round(bottom * height) - y);
  let painted = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] > 40) painted += 1;
  return painted;
}"""
# `point(type, finger, x, y)`: a pointer event on the paper.
POINT = """() => {
  const paper = document.getElementById("paper"), box = paper.getBoundingClientRect();
  paper.setPointerCapture = () => {};
  window.point = (type, pointerId, x, y) => paper.dispatchEvent(new PointerEvent(type, {
    pointerId, bubbles: true, button: 0, pointerType: "touch", clientX: box.left + x, clientY: box.top + y,
  }));
}"""
LEFT, RIGHT, ALL = (0, 0, 0.5, 1), (0.5, 0, 1, 1), (0, 0, 1, 1)


def enter(visit: Visit, name: str, path: str, **options: Any) -> Page:
    visitor = visit(viewport={"width": 1280, "height": 1400}, **options)
    visitor.context.add_init_script(PLUG)
    page = visitor.open(path)
    page.get_by_label("You are").fill(name)
    page.get_by_label("You are").press("Tab")
    return page


def draw(page: Page, *points: tuple[float, float], lift: bool = True) -> None:
    """A line through points, given in parts of the paper's width and height."""
    box = page.locator("#paper").bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    if lift:
        page.mouse.up()


def line_at(x: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Down the paper."""
    return (x, 0.2), (x, 0.8)


def painted(page: Page, layer: str, where: tuple[float, float, float, float] = ALL) -> int:
    pixels: int = page.locator(f"canvas.{layer}").evaluate(PAINTED, list(where))
    return pixels


def wait_for(page: Page, layer: str, where: tuple[float, float, float, float], some: bool = True) -> None:
    expression = f"""(where) => ({PAINTED})(document.querySelector("canvas.{layer}"), where)"""
    sign = "> 0" if some else "=== 0"
    page.wait_for_function(f"(where) => ({expression})(where) {sign}", arg=list(where))


def test_a_line_is_seen_while_it_is_drawn_and_stays(visit: Visit) -> None:
    ada, joe = (enter(visit, name, "/board/line/") for name in ("Ada", "Joe"))
    draw(ada, *line_at(0.25), lift=False)
    wait_for(joe, "wet", LEFT)
    assert painted(joe, "dry") == 0
    ada.mouse.up()
    wait_for(joe, "dry", LEFT)
    wait_for(joe, "wet", ALL, some=False)
    wait_for(ada, "dry", LEFT)
    wait_for(ada, "wet", ALL, some=False)
    late = enter(visit, "Mia", "/board/line/")
    wait_for(late, "dry", LEFT)
    assert painted(late, "dry", RIGHT) == 0


def test_hands_are_seen_by_name_and_go_with_their_visitor(visit: Visit) -> None:
    ada, joe = (enter(visit, name, "/board/hands/") for name in ("Ada", "Joe"))
    draw(joe, (0.7, 0.5), (0.75, 0.5))
    hand = ada.locator(".hand", has_text="Joe")
    expect(hand).to_be_visible()
    ada.wait_for_function(
        """() => {
          const hand = document.querySelector(".hand").getBoundingClientRect();
          const paper = document.getElementById("paper").getBoundingClientRect();
          return Math.abs((hand.left - paper.left) / paper.width - 0.75) < 0.01;
        }"""
    )
    joe.get_by_label("You are").fill("Joseph")
    expect(ada.locator(".hand")).to_have_text(["Joseph"])
    joe.close()
    expect(ada.locator(".hand")).to_have_count(0)


def test_several_tabs_are_several_hands_of_one_person(visit: Visit) -> None:
    joe = enter(visit, "Joe", "/board/tabs/")
    visitor = visit()
    first, second = visitor.open("/board/tabs/"), visitor.tab("/board/tabs/")
    expect(joe.locator("#here")).to_have_text("2 here")
    expect(joe.locator("#people .person")).to_have_count(2)
    for number, page in enumerate((first, second)):
        page.bring_to_front()
        page.locator("#paper").hover(position={"x": 100 + 50 * number, "y": 50})
    expect(joe.locator(".hand")).to_have_count(2)


def test_undo_takes_back_ones_own_and_clear_takes_all_after_asking(visit: Visit) -> None:
    ada, joe = (enter(visit, name, "/board/undo/") for name in ("Ada", "Joe"))
    draw(ada, *line_at(0.25))
    wait_for(joe, "dry", LEFT)
    draw(joe, *line_at(0.75))
    wait_for(ada, "dry", RIGHT)
    ada.keyboard.press("Control+z")
    for page in (ada, joe):
        wait_for(page, "dry", LEFT, some=False)
        assert painted(page, "dry", RIGHT) > 0
    keep(ada, 4000)
    ada.get_by_role("button", name="Undo").click()
    expect(ada.locator("#notice")).to_have_text("Nothing of yours is left to take back.")
    ada.get_by_role("button", name="Clear", exact=True).click()
    ada.get_by_role("button", name="Keep it").click()
    assert painted(joe, "dry", RIGHT) > 0
    ada.get_by_role("button", name="Clear", exact=True).click()
    ada.get_by_role("button", name="Clear it").click()
    for page in (ada, joe):
        wait_for(page, "dry", ALL, some=False)
        expect(page.locator(".board.blank")).to_be_visible()


def test_an_eraser_takes_away_where_it_goes(visit: Visit) -> None:
    ada, joe = (enter(visit, name, "/board/eraser/") for name in ("Ada", "Joe"))
    draw(ada, (0.2, 0.5), (0.8, 0.5))
    wait_for(joe, "dry", LEFT)
    ada.keyboard.press("e")
    expect(ada.get_by_role("button", name="Eraser")).to_have_attribute("aria-pressed", "true")
    draw(ada, (0.1, 0.5), (0.55, 0.5))
    for page in (ada, joe):
        wait_for(page, "dry", LEFT, some=False)
        assert painted(page, "dry", RIGHT) > 0


def test_who_was_away_gets_what_was_drawn_and_gives_what_they_drew(visit: Visit, watch: Watch) -> None:
    watch.allow(SERVER_DOWN)
    ada, joe = (enter(visit, name, "/board/away/") for name in ("Ada", "Joe"))
    unplug(ada)
    expect(ada.locator("#state")).to_have_text("Reconnecting…")
    expect(joe.locator("#here")).to_have_text("Only you")
    draw(ada, *line_at(0.25))
    draw(joe, *line_at(0.75))
    wait_for(joe, "dry", RIGHT)
    wait_for(ada, "wet", LEFT)
    assert painted(ada, "dry") == 0
    plug(ada)
    expect(ada.locator("#state")).to_have_text("Live")
    for page in (ada, joe):
        wait_for(page, "dry", LEFT)
        wait_for(page, "dry", RIGHT)
        wait_for(page, "wet", ALL, some=False)


def test_what_many_hands_do_within_a_beat_comes_as_one_frame(visit: Visit) -> None:
    reader = visit()
    frames: list[bytes] = []

    def received(frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            frames.append(frame)

    reader.page.on("websocket", lambda socket: socket.on("framereceived", received))
    watching = reader.open("/board/beat/")
    hands = [enter(visit, name, "/board/beat/") for name in ("Ada", "Joe", "Mia")]
    wiggle = """async () => {
      const began = Date.now();
      point("pointerdown", 1, 20, 50);
      for (let i = 0; i < 200; i++) {
        point("pointermove", 1, 20 + i, 50 + i % 20);
        await new Promise((go) => setTimeout(go, 5));
      }
      point("pointerup", 1, 220, 50);
      return [began, Date.now()];
    }"""
    frames.clear()
    for page in hands:
        page.evaluate(POINT)
        page.evaluate(f"() => {{ window.done = ({wiggle})(); }}")
    times = [time for page in hands for time in page.evaluate("done")]
    wait_for(watching, "dry", LEFT)
    # 25 beats a second, however many hands: without, it would be up to 25 for each of them.
    assert 3 < len(frames) <= 25 * ((max(times) - min(times)) / 1000 + 1)


def test_the_board_can_be_saved_as_a_picture(visit: Visit, tmp_path: Path) -> None:
    ada = enter(visit, "Ada", "/board/picture/")
    draw(ada, *line_at(0.25))
    wait_for(ada, "dry", LEFT)
    with ada.expect_download() as download:
        ada.get_by_role("button", name="Save as a picture").click()
    download.value.save_as(tmp_path / "board.png")
    data = (tmp_path / "board.png").read_bytes()
    assert download.value.suggested_filename == "whiteboard.png"
    assert data.startswith(b"\x89PNG")
    assert [int.from_bytes(data[i : i + 4]) for i in (16, 20)] == [3200, 1800]


def test_the_view_can_be_enlarged_and_lines_land_where_they_are_drawn(visit: Visit) -> None:
    ada, joe = (enter(visit, name, "/board/zoom/") for name in ("Ada", "Joe"))
    for _ in range(3):
        ada.get_by_role("button", name="Larger").click()
    expect(ada.locator("#zoom-home")).to_have_text("274%")
    draw(ada, (0.5, 0.45), (0.5, 0.55))
    wait_for(joe, "dry", ALL)
    assert painted(joe, "dry", (0.48, 0.46, 0.52, 0.54)) == painted(joe, "dry")
    ada.locator("#zoom-home").click()
    expect(ada.locator("#zoom-home")).to_have_text("100%")


def test_a_phone_shows_the_middle_of_the_board_and_two_fingers_move_it(visit: Visit) -> None:
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True).open("/board/phone/")
    box = page.locator("#paper").bounding_box()
    assert box is not None
    assert abs(box["width"] - box["height"]) < 2
    page.evaluate(POINT)
    page.evaluate(
        """() => {
          point("pointerdown", 1, 150, 100); point("pointerdown", 2, 200, 100);
          point("pointermove", 1, 100, 100); point("pointermove", 2, 250, 100);
          point("pointerup", 1, 100, 100); point("pointerup", 2, 250, 100);
        }"""
    )
    expect(page.locator("#zoom-home")).to_have_text("300%")
    assert painted(page, "wet") == painted(page, "dry") == 0
