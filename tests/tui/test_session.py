"""Nothing moves under the cursor: the order of lists, their marks and what is held back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.model import Micros
from tui.actions import Panel
from tui.session import ACTING, LEFT_ALONE, ChartRange, RowList, Session

LATER = Micros(1_000 * ACTING)


def rows(*ids: int, at: int = 0) -> RowList:
    made = RowList()
    made.offer(ids, frozen=False)
    made.move_to(at)
    return made


def test_an_idle_list_follows_the_store_and_the_cursor_follows_its_row() -> None:
    queue = rows(1, 2, 3, at=1)
    assert queue.offer([9, 3, 2, 1], frozen=False)
    assert list(queue.ids) == [9, 3, 2, 1]
    assert queue.cursor == 2


def test_a_frozen_list_counts_arrivals_and_shows_them_on_demand() -> None:
    queue = rows(1, 2, 3, at=1)
    assert not queue.offer([9, 8, 3, 1, 2], frozen=True)
    assert list(queue.ids) == [1, 2, 3]
    assert queue.waiting == 2
    assert queue.arrivals()
    assert list(queue.ids) == [9, 8, 3, 1, 2]
    assert (queue.cursor, queue.waiting) == (2, 0)
    assert not queue.arrivals()


def test_what_others_close_stays_in_its_place_while_frozen() -> None:
    queue = rows(1, 2, 3, at=1)
    queue.offer([1, 3], frozen=True)
    assert list(queue.ids) == [1, 2, 3]
    queue.offer([1, 3], frozen=False)
    assert list(queue.ids) == [1, 3]
    assert queue.cursor == 3


def test_what_she_closed_leaves_at_once_and_the_next_row_comes_under_the_cursor() -> None:
    queue = rows(1, 2, 3, at=1)
    queue.mine = {2}
    assert queue.offer([7, 1, 3], frozen=True)
    assert list(queue.ids) == [1, 3]
    assert (queue.cursor, queue.waiting) == (3, 1)
    assert queue.mine == set()


def test_undo_puts_the_row_back_where_the_store_has_it() -> None:
    queue = rows(1, 3, 4, at=1)
    queue.mine = {2}
    queue.offer([1, 2, 3, 4], frozen=True)
    assert list(queue.ids) == [1, 2, 3, 4]
    assert queue.cursor == 3


def test_closing_the_last_row_moves_the_cursor_up() -> None:
    queue = rows(1, 2, 3, at=2)
    queue.offer([1, 2], frozen=False)
    assert queue.cursor == 2
    queue.offer([], frozen=False)
    assert queue.cursor is None
    assert queue.targets == ()


def test_a_list_nobody_works_in_stays_at_its_top() -> None:
    stream = rows(3, 2, 1)
    stream.offer([5, 4, 3, 2, 1], frozen=False, watched=False)
    assert stream.cursor == 5
    stream.move_to(2)
    stream.offer([6, 5, 4, 3, 2, 1], frozen=False, watched=False)
    assert stream.cursor == 3


def test_an_empty_list_takes_rows_even_while_frozen() -> None:
    queue = RowList()
    assert queue.offer([5], frozen=True)
    assert queue.cursor == 5


def test_verbs_apply_to_the_marked_rows_in_their_order() -> None:
    queue = rows(1, 2, 3, 4, at=3)
    assert queue.targets == (4,)
    queue.toggle_mark()
    queue.move_to(0)
    queue.toggle_mark()
    assert queue.targets == (1, 4)
    assert queue.clear_marks()
    assert not queue.clear_marks()


def test_a_range_grows_and_shrinks_with_the_cursor_and_keeps_other_marks() -> None:
    queue = rows(1, 2, 3, 4, 5)
    queue.toggle_mark()
    queue.move_to(2)
    queue.toggle_range()
    queue.move_to(4)
    assert queue.marks == {1, 3, 4, 5}
    queue.move_to(3)
    assert queue.marks == {1, 3, 4}
    queue.toggle_range()
    queue.move_to(1)
    assert queue.marks == {1, 3, 4}
    assert not queue.ranging


def test_mark_all_and_none() -> None:
    queue = rows(1, 2)
    queue.toggle_all()
    assert queue.marks == {1, 2}
    queue.toggle_all()
    assert queue.marks == set()


def test_marks_of_rows_that_left_are_dropped() -> None:
    queue = rows(1, 2, 3)
    queue.toggle_all()
    queue.offer([3], frozen=False)
    assert queue.marks == {3}


ids = st.lists(st.integers(1, 30), unique=True, max_size=20)


@given(first=ids, then=st.lists(st.tuples(ids, st.booleans()), max_size=5), at=st.integers(0, 20))
def test_the_cursor_never_changes_its_row_while_the_row_is_there(
    first: list[int], then: list[tuple[list[int], bool]], at: int
) -> None:
    queue = rows(*first, at=at)
    for offered, frozen in then:
        before = queue.cursor
        order = list(queue.ids)
        queue.offer(offered, frozen=frozen)
        if before in queue.ids:
            assert queue.cursor == before
        if frozen and order:
            assert list(queue.ids) == order
        assert len(set(queue.ids)) == len(queue.ids)
        assert all(queue.place(row) == place for place, row in enumerate(queue.ids))


@pytest.mark.parametrize(
    ("why", "frozen"),
    [
        ("resting", False),
        ("key", True),
        ("moved", True),
        ("left alone", False),
        ("marked", True),
        ("paused", True),
    ],
)
def test_when_the_order_stands_still(why: str, frozen: bool) -> None:
    session = Session()
    queue = session.lists[Panel.QUEUE]
    queue.offer([1, 2, 3], frozen=False)
    session.acted(Micros(LATER - ACTING))
    if why == "key":
        session.acted(Micros(LATER - 1))
    elif why == "moved":
        queue.move(1)
    elif why == "left alone":
        queue.move(1)
        session.acted(Micros(LATER - LEFT_ALONE))
    elif why == "marked":
        queue.toggle_mark()
    elif why == "paused":
        session.paused = True
    assert session.frozen(Panel.QUEUE, LATER) is frozen
    assert session.frozen(Panel.QUEUE, LATER, reading=True)


def test_brands_and_ranges_go_round() -> None:
    session = Session(brands=("Aurora", "Borealis"))
    assert [session.next_brand() for _ in range(3)] == ["Aurora", "Borealis", ""]
    assert Session(brands=("Aurora",), brand="Aurora").next_brand() == "Aurora"
    assert session.range_for(3) is ChartRange.DAY
    assert session.range_for(300) is ChartRange.DAY
    assert [session.next_range() for _ in range(2)] == [ChartRange.TWO_DAYS, ChartRange.HOUR]
    assert Session().range_for(300) is ChartRange.HOUR
