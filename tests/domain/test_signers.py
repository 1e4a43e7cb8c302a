"""Which key may have signed what was begun when."""

from playhead.domain.signers import CLOCKS_DIFFER_US, Signer, signers_of_time

A, B = b"a" * 32, b"b" * 32
DAY_US = 86_400_000_000


def test_the_present_key_is_good_for_all():
    for at_us in (0, 50, 10**18):
        assert signers_of_time([Signer(A, 100)], at_us) == {A}
    assert signers_of_time([], 0) == frozenset()


def test_one_that_was_replaced_is_good_for_what_was_begun_before():
    signers = [Signer(A, 0), Signer(B, 10 * DAY_US)]
    assert signers_of_time(signers, 9 * DAY_US) == {A, B}
    assert signers_of_time(signers, 10 * DAY_US + CLOCKS_DIFFER_US - 1) == {A, B}
    assert signers_of_time(signers, 10 * DAY_US + CLOCKS_DIFFER_US) == {B}


def test_one_that_came_back_is_good_again():
    signers = [Signer(A, 0), Signer(B, 10 * DAY_US), Signer(A, 20 * DAY_US)]
    assert signers_of_time(signers, 15 * DAY_US) == {A, B}
    assert signers_of_time(signers, 30 * DAY_US) == {A}
